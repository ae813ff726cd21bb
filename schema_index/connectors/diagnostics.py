"""An engine's complaint about a statement, with every word that could be data taken out.

`invalid input syntax for type integer: "<a cell>"` shows that driver texts carry rows. Here a word survives only if it
stands in the statement (its author knows it) or in a closed vocabulary, so nothing that was read can get through,
in whatever language and quotes the server writes.
"""

import re

MAX_DIAGNOSTIC = 300
"""Characters. Engines' messages about a statement are a sentence."""

_ENGINE_WORDS = """
a access aggregate aggregates alias all allowed ambiguous an and any appear argument arguments array as at avg be
been bigint boolean bpchar but by bytea call calls cannot case cast char character clause coalesce collation column
columns compound conflicting convert could count create cte current date denied derived different distinct does
doesn double else end entry equality exist expected expression expressions extra few filter field find for found
from full function functions group grouping has have having identify if in incomplete initial input integer
interval into invalid is isn it join joins json jsonb least left limit line list many match matched max min missing
misuse more must name named near nested no not null number numeric of offset on once one only operator or order
ordering outer over parameter partition permission position precedence precision procedure query range real
recursive reference referenced references relation resolve result results return right row rows same scalar schema
select set should smallint some specified statement subqueries subquery such sum syntax t table tables term terms
text than that the then there time timestamp timestamptz timetz to token too tsvector type types undefined
unexpected ungrouped union unique unknown unrecognized unterminated use used uses using uuid values varchar varying
view when where window with within without wrong xml zone
"""
"""Words of the engines' messages about names, types, grouping and syntax, and names of built-in types."""

_VOCABULARY = frozenset(_ENGINE_WORDS.split())

_WORD = re.compile(r"\w+")


def diagnostic(message: str, *, statement: str) -> str:
    """`message` with each word replaced by `…` unless `statement` or the vocabulary holds it. One line."""
    known = _VOCABULARY.union(word.casefold() for word in _WORD.findall(statement))
    line = " ".join(message.split())

    def kept(match: re.Match[str]) -> str:
        word = match.group()
        return word if word.casefold() in known else "…"

    return re.sub(r"…(?:\s*…)+", "…", _WORD.sub(kept, line))[:MAX_DIAGNOSTIC]
