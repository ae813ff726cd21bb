"""The first gate: characters and tokens, before any parser sees the text.

A small scanner of our own, one regular expression a dialect. What it cannot place is refused, so the parser behind it
meets only text on whose tokens all engines and parsers agree: no control characters, no escapes that move the end of a
string, no executable comments, no placeholders or template marks. It also bounds length, tokens and nesting, so that
nothing can exhaust the parser. What runs in the end is rendered text, which passes here again.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from sqlglot.expressions.core import SQLGLOT_META

from nl2sql.dialects.facts import DialectFacts
from nl2sql.dialects.registry import facts_of
from nl2sql.validation.place import offset_place
from nl2sql.validation.verdict import Violation
from schema_index.schema import Dialect

MAX_CHARACTERS = 20_000
"""About ten times the longest statement of the evaluation sets."""
MAX_TOKENS = 6_000
MAX_NESTING = 24
"""sqlglot 30 spends up to 29 Python frames a level; 24 levels leave a third of the default 1,000 to the caller."""
MAX_PREFIX_RUN = 6
"""`NOT NOT …` and `- - …` recurse in the parser without any bracket."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|[\ud800-\udfff]")
_PREFIX_WORDS = frozenset({"not", "-", "+", "~", "!", "interval", "distinct", "all", "any", "select", "from", "with"})

_FIRST_WORDS = frozenset({"select", "with", "from", "values", "table"})
"""What a query may begin with, parentheses aside. Everything else is a command, which the parser never sees."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


@cache
def _scanner(dialect: Dialect) -> re.Pattern[str]:
    facts = facts_of(dialect)
    return re.compile(
        rf"""(?P<blank>[ \t\r\n]+)
        |(?P<line>{facts.line_comment})
        |(?P<block>/\*.*?\*/)
        |{facts.string}
        |{facts.quoted_name}
        |(?P<hex>0[xX][0-9A-Fa-f]+(?![^\W]))
        |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![^\W]))
        |(?P<word>[^\W\d]\w*)
        |(?P<mark>::|:=|=>|->>|->|@>|<@|\#>>|\#>|\|\||//|\*\*|<>|!=|<=|>=|[-+*/%^<>=!~|&\#@?:;,.()\[\]{{}}])""",
        re.VERBOSE | re.DOTALL,
    )


def lexical(sql: str, *, dialect: Dialect) -> tuple[Violation, ...]:
    """What is wrong with the characters and tokens of `sql`; empty when the parser may see it."""
    if not sql.strip():
        return (Violation(code="empty_statement", message="The statement is empty.", hint="Write one SELECT."),)
    if len(sql) > MAX_CHARACTERS:
        return (
            Violation(
                code="too_long",
                message=f"The statement has {len(sql):,} characters; at most {MAX_CHARACTERS:,} are read.",
                hint="Shorten it: filter with a subquery instead of a long list.",
            ),
        )
    if control := _CONTROL.search(sql):
        message = f"The statement holds the control character U+{ord(control.group()[0]):04X}."
        return (_violation("control_character", message, sql, control.start(), "Remove it."),)
    facts = facts_of(dialect)
    scanned = _scan(sql, facts)
    finding = scanned if isinstance(scanned, Violation) else _tokens(scanned, sql, facts)
    return (finding,) if finding else ()


def _violation(code: str, message: str, sql: str, offset: int, hint: str = "") -> Violation:
    return Violation(code=code, message=message, hint=hint, place=offset_place(sql, offset))


def _scan(sql: str, facts: DialectFacts) -> list[_Token] | Violation:
    tokens: list[_Token] = []
    offset = 0
    scanner = _scanner(facts.dialect)
    while offset < len(sql):
        match = scanner.match(sql, offset)
        if match is None:
            return _unplaced(sql, offset)
        kind, text = match.lastgroup or "", match.group()
        if kind == "tag":
            kind = "dollar"
        if finding := _piece(kind, text, sql, offset, facts):
            return finding
        if kind not in {"blank", "line", "block"}:
            tokens.append(_Token(kind, text, offset))
            if len(tokens) > MAX_TOKENS:
                message = f"The statement has more than {MAX_TOKENS:,} words and signs."
                return _violation("too_long", message, sql, offset, "Shorten it.")
        offset = match.end()
    return tokens


def _unplaced(sql: str, offset: int) -> Violation:
    sign = sql[offset]
    if unicodedata.category(sign) in {"Zs", "Zl", "Zp", "Cf", "Cc"}:
        message = f"The statement holds the invisible character U+{ord(sign):04X} outside a literal."
        return _violation("blank_character", message, sql, offset, "Use ordinary spaces.")
    if sign in "'\"`" or sql.startswith("/*", offset):
        return _violation("unterminated", "A string, name or comment is not closed.", sql, offset, "Close it.")
    if sign.isdigit() or sign == ".":
        message = "A number runs into a word, which engines read differently."
        return _violation("ambiguous_token", message, sql, offset, "Put a space between, and write plain digits.")
    return _violation("forbidden_character", f"The sign {sign!r} has no place here.", sql, offset, "Leave it out.")


def _piece(kind: str, text: str, sql: str, offset: int, facts: DialectFacts) -> Violation | None:
    """One token that is refused for what it is."""
    told = kind in {"block", "line"} and SQLGLOT_META in text
    if told or (kind == "block" and (text[2:3] in {"!", "+"} or text[2:4].upper() == "M!" or "/*" in text[2:])):
        message = "Executable, hint and nested comments are refused."
        return _violation("forbidden_comment", message, sql, offset, "Write no comments.")
    if kind == "hex" and "0x" not in facts.signs:
        message = "A hexadecimal number is read differently by engines."
        return _violation("ambiguous_token", message, sql, offset, "Write it in decimal.")
    if kind == "word":
        return _word(text, sql, offset, facts)
    if kind == "name" and (len(text) == 2 or any(unicodedata.category(sign) in {"Cc", "Zl", "Zp"} for sign in text)):
        return _violation("forbidden_character", "A quoted name is empty or not printable.", sql, offset)
    escaped = kind == "escaped" or (kind == "string" and facts.backslashes_escape)
    if escaped and re.search(r"(?<!\\)(?:\\\\)*\\['\"]", text):
        message = "A backslash before a quote is read differently by engines."
        return _violation("ambiguous_string", message, sql, offset, "Double the quote instead: ''.")
    return None


def _word(text: str, sql: str, offset: int, facts: DialectFacts) -> Violation | None:
    following = sql[offset + len(text) : offset + len(text) + 2]
    if text.lower() == "u" and following in {"&'", '&"'}:
        message = "Unicode-escaped strings and names are refused."
        return _violation("unicode_escape", message, sql, offset, "Write the characters themselves.")
    quote = following[:1]
    opens_string = quote == "'" or (quote == '"' and facts.double_quotes_make_strings)
    if opens_string and not _may_precede_string(text):
        message = f"The prefix {text!r} before a quote is not known here."
        return _violation("ambiguous_token", message, sql, offset, "Put a space between.")
    if not text.isascii() and any(unicodedata.category(sign)[0] not in "LMN" and sign != "_" for sign in text):
        return _violation("forbidden_character", f"The name {text!r} holds odd characters.", sql, offset)
    return None


def _may_precede_string(word: str) -> bool:
    """`IN'a'` is odd but clear; a one- or two-letter prefix (`N'`, `_latin1'`, `u'`) is a literal of another kind."""
    return len(word) > 2 and not word.startswith("_")


def _tokens(tokens: list[_Token], sql: str, facts: DialectFacts) -> Violation | None:
    first = next((token for token in tokens if token.text != "("), None)
    if first is None or first.kind != "word" or first.text.lower() not in _FIRST_WORDS:
        start = first.start if first else 0
        return _violation("not_a_query", "Only a query may be run.", sql, start, "Write one SELECT.")
    depth = run = 0
    previous: _Token | None = None
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        finding = _sequence(previous, token, following, sql, facts)
        if finding:
            return finding
        lowered = token.text.lower() if token.kind == "word" else token.text
        depth += _opens(lowered)
        run = run + 1 if lowered in _PREFIX_WORDS else 0
        if depth > MAX_NESTING or run > MAX_PREFIX_RUN:
            message = f"The statement is nested deeper than {MAX_NESTING} levels."
            return _violation("too_deep", message, sql, token.start, "Split it with WITH.")
        previous = token
    return None


def _opens(text: str) -> int:
    if text in {"(", "[", "{", "case"}:
        return 1
    return -1 if text in {")", "]", "}", "end"} else 0


def _sequence(  # noqa: PLR0911
    previous: _Token | None, token: _Token, following: _Token | None, sql: str, facts: DialectFacts
) -> Violation | None:
    """Signs that only some engines know, or that mean a placeholder to a driver."""
    text, start = token.text, token.start
    if token.kind in {"string", "escaped", "dollar"} and previous and previous.kind in {"string", "escaped", "dollar"}:
        message = "Two strings stand side by side, which engines read differently."
        return _violation("ambiguous_string", message, sql, start, "Join them with ||.")
    if token.kind != "mark":
        return None
    if text == ";" and following is not None:
        if following.text == ";":
            return None
        message = "Only one statement may be run."
        return _violation("multiple_statements", message, sql, start, "Write one SELECT and nothing after it.")
    touching = following is not None and following.start == start + len(text)
    if text == "?" and "?" in facts.signs and _is_operand(previous) and following and following.kind == "string":
        return None
    if text == "?" or (
        text == ":" and touching and following and following.kind in {"word", "name"} and ":" not in facts.signs
    ):
        return _violation("placeholder", "Placeholders are refused.", sql, start, "Write the value itself.")
    if text == "%" and following is not None and touching and _python_placeholder(sql, start):
        return _violation("placeholder", "Placeholders are refused.", sql, start, "Write the value itself.")
    factorial = text == "!" and "!" not in facts.signs and not (touching and following and following.text == "~")
    if text == "@" or (text == "#" and "#" not in facts.signs) or factorial:
        message = f"The sign {text!r} (a variable, position or prefix operator) is refused."
        return _violation("forbidden_character", message, sql, start, "Name the column.")
    if text == "-" and facts.dashes_need_blank and previous and previous.text == "-" and previous.start == start - 1:
        message = "Two minus signs are a comment to some engines."
        return _violation("ambiguous_token", message, sql, start, "Put a space between.")
    if text == ":=" and not (":=" in facts.signs and previous and previous.kind in {"word", "name"}):
        return _violation("assignment", "Assignments are refused.", sql, start)
    if text in "[]" and text not in facts.signs:
        return _violation("forbidden_character", "Brackets are refused here.", sql, start, "Quote the name.")
    if text in "{}" and (text not in facts.signs or (following and touching and following.text in {"{", "%", "#"})):
        return _violation("template", "Template marks and escapes in braces are refused.", sql, start)
    return None


def _is_operand(token: _Token | None) -> bool:
    """Whether `?` after it is the operator "has the key", not a placeholder."""
    return token is not None and (token.kind in {"word", "name", "string"} or token.text in {")", "]"})


def _python_placeholder(sql: str, offset: int) -> bool:
    """`%s` and `%(name)s`: what a Python driver would take for a parameter."""
    return re.match(r"%(?:s(?!\w)|\(\w*\)s(?!\w))", sql[offset : offset + 80]) is not None
