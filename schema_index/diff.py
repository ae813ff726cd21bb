"""What changed between two schemas, table by table. Pure. Tables are equal only when every part of them is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from schema_index.schema import Column, DatabaseSchema, Table

ChangeKind = Literal[
    "table_added", "table_removed", "table_changed", "column_added", "column_removed", "column_changed"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`table` is `schema.table`; `column` is empty where the table itself changed."""

    kind: ChangeKind
    table: str
    column: str = ""
    detail: str = ""


def diff(old: DatabaseSchema | None, new: DatabaseSchema) -> tuple[Change, ...]:
    """Every difference, in canonical order; empty when both are equal. `old` is None on the first sync."""
    before = old.by_name if old else {}
    changes: list[Change] = []
    for name in sorted(before.keys() | new.by_name.keys()):
        was, now = before.get(name), new.by_name.get(name)
        if was is None:
            changes.append(Change(kind="table_added", table=".".join(name)))
        elif now is None:
            changes.append(Change(kind="table_removed", table=".".join(name)))
        elif was != now:
            changes.extend(_table_changes(was, now))
    return tuple(changes)


def _table_changes(was: Table, now: Table) -> Iterator[Change]:
    name = now.qualified_name
    aspects = [
        label
        for label, differs in (
            ("kind", was.kind != now.kind),
            ("comment", was.comment != now.comment),
            ("primary key", was.primary_key != now.primary_key),
            ("unique keys", was.unique_keys != now.unique_keys),
            ("foreign keys", was.foreign_keys != now.foreign_keys),
            ("column order", _common_order(was, now) != _common_order(now, was)),
        )
        if differs
    ]
    if aspects:
        yield Change(kind="table_changed", table=name, detail=", ".join(aspects))
    old_columns = {column.name: column for column in was.columns}
    new_columns = {column.name: column for column in now.columns}
    for column in sorted(old_columns.keys() | new_columns.keys()):
        yield from _column_changes(name, column, old_columns.get(column), new_columns.get(column))


def _column_changes(table: str, name: str, was: Column | None, now: Column | None) -> Iterator[Change]:
    if was is None and now is not None:
        yield Change(kind="column_added", table=table, column=name, detail=now.type)
    elif now is None:
        yield Change(kind="column_removed", table=table, column=name)
    elif was is not None and was != now:
        parts = [
            f"{label}: {old} → {new}"
            for label, old, new in (
                ("type", was.type, now.type),
                ("nullable", was.nullable, now.nullable),
                ("generated", was.generated, now.generated),
            )
            if old != new
        ]
        if was.comment != now.comment:
            parts.append("comment")
        if was.enum_values != now.enum_values:
            parts.append("allowed values")
        yield Change(kind="column_changed", table=table, column=name, detail=", ".join(parts) or "kind")


def _common_order(one: Table, other: Table) -> list[str]:
    names = {column.name for column in other.columns}
    return [column.name for column in one.columns if column.name in names]
