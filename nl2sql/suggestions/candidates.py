"""Questions that a schema suggests by its names alone. Whether one can be answered, others have to prove. Pure."""

from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest
from typing import TypeVar

from nl2sql.generation.composer.words import name_words, singular, verb_roots
from schema_index.schema import Column, DatabaseSchema, ForeignKey, Table

ItemT = TypeVar("ItemT")

MAX_CATEGORIES = 3
MAX_MEASURES = 2
MAX_PARENTS = 2
"""Of one table: each gives a question or two, and a list of suggestions is to show several tables."""

MAX_WORDS = 4
"""A longer name reads badly in a question."""

CATEGORIES = {
    *("status", "state", "type", "kind", "category", "segment", "city", "country", "region", "channel", "plan"),
    *("industry", "priority", "level", "tier", "brand", "department", "method", "role", "gender", "currency"),
    *("reason", "source", "area"),
}
"""Last words of text columns that few values fill, so that a count for each of them is short."""

TOTALS = {"amount", "total", "revenue", "quantity", "cost", "sales", "hours", "units"}
AVERAGES = {"price", "rating", "score", "salary", "wage", "age", "duration", "weight", "rate", "discount", "value"}
COLLECTIVE = {
    *("staff", "stock", "inventory", "equipment", "history", "feedback", "information", "data", "news", "series"),
    *("media", "personnel", "payroll", "usage"),
}
"""Words that are not counted: "how many equipment are there" is no English."""

NAMES = {"name", "title"}

BY_ITSELF = {"joined", "expired", "started", "ended", "arrived", "departed", "died", "lapsed", "churned", "renewed"}
"""What its subject does, and what is not done to it: "were joined" is no English."""


def candidates(schema: DatabaseSchema, table: Table) -> Iterator[str]:
    """About one table, the plainest first."""
    many = plural(table.name)
    if not many or table.kind != "table":
        return
    yield f"How many {many} are there?"
    for column in islice(_categories(table), MAX_CATEGORIES):
        yield f"How many {many} are there for each {_said(column, table)}?"
    for one in islice(_parents(schema, table), MAX_PARENTS):
        yield f"How many {many} are there for each {one}?"
        yield f"Which {one} has the most {many}?"
    for column, aggregate in islice(_measures(table), MAX_MEASURES):
        yield f"What is the {aggregate} {_said(column, table)} of {many}?"
        for category in islice(_categories(table), 1):
            yield f"What is the {aggregate} {_said(column, table)} of {many} for each {_said(category, table)}?"
    for verb in islice(_verbs(table), 1):
        yield f"How many {many} were {verb} last month?"


def in_turn(lists: Iterable[Iterable[ItemT]]) -> Iterator[ItemT]:
    """The first of each, then the second of each: many tables are shown before much of one."""
    for nth in zip_longest(*lists):
        yield from (one for one in nth if one is not None)


def telling(schema: DatabaseSchema) -> list[Table]:
    """The tables by what a person would ask about first: what others refer to and what measures something, large ones
    before small ones."""
    referred = {(key.target_schema, key.target_table) for table in schema.tables for key in table.foreign_keys}

    def order(table: Table) -> tuple[int, int, str]:
        points = 2 * any(True for _ in _measures(table)) + any(True for _ in _categories(table))
        points += (table.schema, table.name) in referred
        points += bool(table.foreign_keys)
        return (-points, -(table.row_estimate or 0), table.qualified_name)

    return sorted(schema.tables, key=order)


def plural(name: str) -> str:
    """The table's name as a question says it; "" where it is no word, or one without a plural."""
    words = name_words(name)
    if not words or len(words) > MAX_WORDS or not all(word.isalpha() for word in words):
        return ""
    *first, last = words
    if last in COLLECTIVE:
        return ""
    if singular(last) == last:
        last = f"{last[:-1]}ies" if last.endswith("y") and last[-2:-1] not in "aeiou" else f"{last}s"
    return " ".join([*first, last])


def _one(name: str) -> str:
    *first, last = name_words(name) or ("",)
    return " ".join([*first, singular(last)])


def _said(column: Column, table: Table) -> str:
    """Without the table's own word in front: "status" for order_status of orders."""
    words = name_words(column.name)
    own = tuple(singular(word) for word in name_words(table.name))
    return " ".join(words[len(own) :] if len(words) > len(own) and words[: len(own)] == own else words)


def _sayable(column: Column) -> bool:
    words = name_words(column.name)
    return bool(words) and len(words) <= MAX_WORDS and all(word.isalpha() for word in words)


def _categories(table: Table) -> Iterator[Column]:
    for column in table.columns:
        is_listed = bool(column.enum_values) or (
            column.kind == "text" and _sayable(column) and name_words(column.name)[-1] in CATEGORIES
        )
        if is_listed and _sayable(column) and not _is_key(column, table):
            yield column


def _measures(table: Table) -> Iterator[tuple[Column, str]]:
    for column in table.columns:
        if column.kind not in ("integer", "number") or not _sayable(column) or _is_key(column, table):
            continue
        words = set(name_words(column.name))
        if words & AVERAGES:
            yield column, "average"
        elif words & TOTALS:
            yield column, "average" if "total" in words else "total"


def _verbs(table: Table) -> Iterator[str]:
    """What happens to its rows at a time that is kept: "shipped" for shipped_at, but for orders not "ordered"."""
    for column in table.columns:
        words = name_words(column.name)
        happened = column.kind in ("date", "timestamp") and bool(words) and words[0].endswith("ed")
        if happened and words[0] not in BY_ITSELF and _one(table.name).rpartition(" ")[2] not in verb_roots(words[0]):
            yield words[0]


def _parents(schema: DatabaseSchema, table: Table) -> Iterator[str]:
    """Tables that it refers to and whose rows have names."""
    said: set[str] = set()
    for key in table.foreign_keys:
        target = schema.by_name.get((key.target_schema, key.target_table))
        if target is None or target == table or not _is_named(target):
            continue
        one = _one(target.name)
        if one and one not in said and all(word.isalpha() for word in one.split()):
            said.add(one)
            yield one


def _is_named(table: Table) -> bool:
    return any(name_words(column.name)[-1:] and name_words(column.name)[-1] in NAMES for column in table.columns)


def _is_key(column: Column, table: Table) -> bool:
    keys: Iterable[ForeignKey] = table.foreign_keys
    return column.name in table.primary_key or any(column.name in key.columns for key in keys)
