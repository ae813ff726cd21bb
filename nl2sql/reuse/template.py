"""A verified question and its statement as a pattern with parameters. Pure.

A literal of the statement is a parameter only where it stands exactly once in the statement and exactly once in the
question, beside a column it is compared with or as the limit. Every other literal stays as it was verified, and so
must every other word of the question.
"""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import InvalidOperation
from functools import lru_cache
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from nl2sql.reuse.reading import SLOT, Reading, number_text, reading
from nl2sql.reuse.words import MONTHS, NEVER_A_VALUE, QUOTES, RANGE_SIGNS

SlotKind = Literal["number", "date", "text", "limit"]

MAX_SLOTS = 4
SHORTEST_VALUE = 3

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_KNOWS_TODAY = re.compile(
    r"\b(?:current_date|current_timestamp|current_time|localtimestamp|curdate|sysdate|getdate)\b"
    r"|\b(?:now|today)\s*\(|'now'",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """`place` counts the statement's literals; `value` is as the statement has it. `table` and `column` are those a
    text is compared with."""

    kind: SlotKind
    place: int
    value: str
    table: str = ""
    column: str = ""
    is_quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """`texts` are numbered in the reading; `others` maps a place in the reading to the number or date that stands
    there. Without `is_reusable` it serves as an example alone."""

    reading: Reading
    sql: str
    dialect: str
    texts: tuple[Slot, ...] = ()
    others: dict[int, Slot] = field(default_factory=dict)
    has_fixed_limit: bool = True
    is_reusable: bool = False


@lru_cache(maxsize=4_096)
def template(question: str, sql: str, dialect: str) -> Template:
    """Never raises: what cannot be parsed is no pattern."""
    try:
        tree = sqlglot.parse_one(sql, dialect=dialect)
    except (SqlglotError, RecursionError):
        return Template(reading=reading(question), sql=sql, dialect=dialect)
    slots = _slots(tree)
    text, texts = _with_texts(question, [slot for slot in slots if slot.kind == "text"])
    read = reading(text)
    others = _numbers(read, [slot for slot in slots if slot.kind != "text"])
    limits = sum(1 for _ in tree.find_all(exp.Limit, exp.Fetch))
    return Template(
        reading=read,
        sql=sql,
        dialect=dialect,
        texts=texts,
        others=others,
        has_fixed_limit=limits > sum(slot.kind == "limit" for slot in others.values()),
        is_reusable=read.stands_alone and (not read.is_relative or bool(_KNOWS_TODAY.search(sql))),
    )


def literals(tree: exp.Expr) -> list[exp.Literal]:
    """In one order for every copy of a tree."""
    return list(tree.find_all(exp.Literal))


def spans_of(value: str, text: str) -> list[tuple[int, int, bool]]:
    """Where a value stands in a text as whole words, in any case, and whether in quotes (which belong to the span)."""
    found = []
    for match in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE):
        start, end = match.span()
        around = text[start - 1 : start] + text[end : end + 1]
        is_quoted = around in QUOTES
        found.append((start - is_quoted, end + is_quoted, is_quoted))
    return found


def _slots(tree: exp.Expr) -> list[Slot]:
    found = literals(tree)
    times = Counter(_sameness(literal) for literal in found)
    slots = []
    for place, literal in enumerate(found):
        slot = _slot(tree, literal, place)
        if slot is not None and times[_sameness(literal)] == 1:
            slots.append(slot)
    return slots


def _sameness(literal: exp.Literal) -> str:
    """2020 and '2020' are one value, as a question writes them."""
    value = str(literal.this)
    try:
        return number_text(value) if len(value) <= 18 else value
    except InvalidOperation:
        return value.casefold()


def _slot(tree: exp.Expr, literal: exp.Literal, place: int) -> Slot | None:
    value = str(literal.this)
    parent = literal.parent
    if isinstance(parent, exp.Limit) and not literal.is_string and value.isdigit():
        return Slot(kind="limit", place=place, value=value)
    node: exp.Expr = literal
    if isinstance(parent, exp.Cast) and _DATE.fullmatch(value):
        node, parent = parent, parent.parent
    other = _compared(node, parent)
    if other is None or (other.find(exp.Literal) is not None and not _is_year_of(other, value)):
        return None
    if _DATE.fullmatch(value):
        return Slot(kind="date", place=place, value=value)
    if _is_number(value):
        return Slot(kind="number", place=place, value=value) if other.find(exp.Column, exp.Star) else None
    if not literal.is_string or not isinstance(other, exp.Column) or isinstance(parent, (exp.GT, exp.GTE, exp.LT)):
        return None
    table = _table_of(tree, other)
    return Slot(kind="text", place=place, value=value, table=table, column=other.name) if table else None


def _is_year_of(other: exp.Expr, value: str) -> bool:
    """`strftime('%Y', day) = '2020'`: the literal beside the column is the form of a date."""
    while isinstance(other, (exp.Cast, exp.Paren)):
        other = other.this
    return year_like(value) and isinstance(other, (exp.TimeToStr, exp.Extract, exp.Year))


def _compared(node: exp.Expr, parent: exp.Expr | None) -> exp.Expr | None:
    """The other side of a comparison."""
    other: object = None
    if isinstance(parent, _COMPARISONS):
        other = parent.args["expression"] if parent.this is node else parent.this
    elif isinstance(parent, (exp.Between, exp.In)) and parent.this is not node:
        other = parent.this
    return other if isinstance(other, exp.Expr) else None


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"\d{1,18}(?:\.\d{1,18})?", value))


def _table_of(tree: exp.Expr, column: exp.Column) -> str:
    """The stored table's name; empty where the statement leaves a doubt."""
    tables = list(tree.find_all(exp.Table))
    if tree.find(exp.CTE):
        return ""
    named = {table.name for table in tables if not column.table or table.alias_or_name == column.table}
    return named.pop() if len(named) == 1 else ""


def _with_texts(question: str, slots: list[Slot]) -> tuple[str, tuple[Slot, ...]]:
    """The question with its text parameters as marks."""
    kept: list[Slot] = []
    text = question
    for slot in sorted(slots, key=lambda one: -len(one.value)):
        if len(kept) == MAX_SLOTS or len(slot.value) < SHORTEST_VALUE or slot.value.casefold() in NEVER_A_VALUE:
            continue
        spans = spans_of(slot.value, text)
        if len(spans) == 1:
            start, end, is_quoted = spans[0]
            text = text[:start] + SLOT.format(len(kept)) + text[end:]
            kept.append(replace(slot, is_quoted=is_quoted))
    return text, tuple(kept)


def _numbers(read: Reading, slots: list[Slot]) -> dict[int, Slot]:
    tokens = read.tokens
    found: dict[int, Slot] = {}
    for slot in slots:
        wanted = ("date", slot.value) if slot.kind == "date" else ("number", number_text(slot.value))
        places = [place for place, token in enumerate(tokens) if (token.kind, token.text) == wanted]
        if len(places) == 1 and len(found) < MAX_SLOTS and not _is_part_of_more(read, places[0]):
            found[places[0]] = slot
    return found


def _is_part_of_more(read: Reading, place: int) -> bool:
    """Of a date in words, a range or a fraction: changing a part of it may ask for more than a changed literal."""
    around = [read.tokens[at] for at in (place - 1, place + 1) if 0 <= at < len(read.tokens)]
    return any(token.text in MONTHS or token.text in RANGE_SIGNS for token in around)


def year_like(value: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d\d", value))
