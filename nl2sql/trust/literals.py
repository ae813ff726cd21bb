"""Whether the texts that a statement compares with occur in the data, by the value dictionary. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from sqlglot import exp

from nl2sql.dialects.registry import facts_of
from nl2sql.trust.check import Check, failed, listed, passed, undetermined
from nl2sql.trust.facts import KnownValues
from nl2sql.trust.statement import Block, Statement, own_nodes
from schema_index.words import normalised

NAME = "literals"

MAX_LITERALS = 50

Match = Literal["equal", "folded", "like", "ilike"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedText:
    """`column` is `schema.table.column`; `folded` compares without case."""

    column: str
    text: str
    match: Match


def compared_texts(statement: Statement) -> tuple[ComparedText, ...]:
    found = (one for block in statement.blocks for one in _of_block(block))
    return tuple(dict.fromkeys(found))[:MAX_LITERALS]


def literals(compared: tuple[ComparedText, ...], *, values: Mapping[str, KnownValues]) -> Check | None:
    """None where no text is compared with a column. A dictionary that is not whole condemns nothing, and a pattern
    need not be a value."""
    unknown: list[str] = []
    for one in compared:
        known = values.get(one.column)
        if known is not None and any(matches(one, text) for text in known.texts):
            continue
        if known is not None and known.is_whole and one.match in ("equal", "folded"):
            detail = f"No {_spoken(one.column)} '{one.text}' was there at the last sync{_nearest(one, known)}"
            return failed(NAME, detail, repair=detail)
        unknown.append(f"'{one.text}' of {one.column}")
    if unknown:
        return undetermined(NAME, f"Whether these values exist is not known: {listed(tuple(unknown))}.")
    return passed(NAME, "Every text that is looked for is in the data.") if compared else None


def matches(one: ComparedText, stored: str) -> bool:
    if one.match == "equal":
        return stored.rstrip() == one.text.rstrip()
    if one.match == "folded":
        return stored.rstrip().casefold() == one.text.rstrip().casefold()
    flags = re.DOTALL | (re.IGNORECASE if one.match == "ilike" else re.NOFLAG)
    pattern = "".join(".*" if part == "%" else "." if part == "_" else re.escape(part) for part in one.text)
    return re.fullmatch(re.sub(r"(?:\.\*)+", ".*", pattern), stored, flags) is not None


def _of_block(block: Block) -> Iterator[ComparedText]:
    facts = facts_of(block.dialect)
    for node in own_nodes(block.select, exp.Predicate):
        for side, text, is_like in _comparisons(node):
            match: Match = "like" if is_like else "equal"
            if isinstance(node, exp.ILike):
                match = "ilike"
            column = side
            if isinstance(side, exp.Lower | exp.Upper):
                # The other side's case decides nothing once it is the same: "lower(city) = 'paris'".
                column, match = side.this, "ilike" if is_like else "folded"
            elif facts.like_ignores_case if is_like else facts.text_ignores_case:
                match = "ilike" if is_like else "folded"
            if isinstance(column, exp.Cast | exp.Trim):
                column = column.this
            found = block.stored(column)
            if found and found[1].kind == "text" and normalised(text):
                yield ComparedText(column=f"{found[0].qualified_name}.{found[1].name}", text=text, match=match)


def _comparisons(node: exp.Expr) -> Iterator[tuple[exp.Expr, str, bool]]:
    """(what is compared, text, whether the text is a pattern)"""
    if isinstance(node, exp.EQ | exp.NEQ | exp.Like | exp.ILike):
        is_like = isinstance(node, exp.Like | exp.ILike)
        for side, other in ((node.this, node.expression), (node.expression, node.this)):
            text = _text(other)
            if text is not None and not (is_like and "\\" in text):
                yield side, text, is_like
    elif isinstance(node, exp.In):
        for one in node.expressions:
            if (text := _text(one)) is not None:
                yield node.this, text, False


def _text(node: exp.Expr) -> str | None:
    while isinstance(node, exp.Cast | exp.Paren | exp.Lower | exp.Upper):
        node = node.this
    return node.name if isinstance(node, exp.Literal) and node.is_string else None


def _spoken(column: str) -> str:
    return column.split(".", 1)[1]


def _nearest(one: ComparedText, known: KnownValues) -> str:
    """The stored value with the same words, else the most similar one."""
    plain = normalised(one.text)
    by_words = {normalised(text): text for text in sorted(known.texts, reverse=True)}
    near = [plain] if plain in by_words else get_close_matches(plain[:100], sorted(by_words), n=1, cutoff=0.6)
    return f"; did you mean '{by_words[near[0]]}'?" if near else "."
