"""SQLite's description of itself, made into tables: names found without regard to case, keys completed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from schema_index.connectors.child_protocol import Frame
from schema_index.schema import Column, ColumnKind, ForeignKey, Table, TableName

BROKEN = "The database cannot describe it; a view may name something that no longer exists."

_CLASSES: dict[str, ColumnKind] = {"integer": "integer", "real": "number", "text": "text", "blob": "binary"}
"""typeof()'s answers."""

_SQLITE_WORDS: tuple[tuple[str, ColumnKind], ...] = (
    (r"BOOL", "boolean"),
    (r"TIMESTAMP|DATETIME", "timestamp"),
    (r"^DATE\b", "date"),
    (r"^TIME\b", "time"),
    (r"JSON", "json"),
    (r"INT(?!ERVAL)|SERIAL", "integer"),
    (r"CHAR|CLOB|TEXT|STRING|ENUM|UUID", "text"),
    (r"BLOB|BINARY|BYTEA", "binary"),
    (r"REAL|FLOA|DOUB|NUM|DEC|MONEY|CURRENCY", "number"),
)
"""Declared types are free text in SQLite: its affinity rules (datatype3.html §3.1) and the words people write."""


def sqlite_table(relation: Frame, relations: Mapping[TableName, Frame]) -> Table:
    """From the child's frame, whose keys may lead to the `relations`."""
    primary_key = _primary_key(relation)
    unique_keys = {tuple(key) for key in relation["unique_keys"] if None not in key}
    return Table(
        schema=relation["schema"],
        name=relation["name"],
        kind=relation["kind"],
        columns=tuple(
            Column(
                name=name,
                type=declared,
                kind=sqlite_kind(declared)
                if declared
                else kind_of_all(_CLASSES[one] for one in relation["classes"].get(name, ()) if one in _CLASSES),
                nullable=not required and name not in primary_key,
                generated=generated,
            )
            for name, declared, required, _, generated in relation["columns"]
        ),
        primary_key=primary_key,
        unique_keys=tuple(sorted(unique_keys - {primary_key})),
        foreign_keys=_foreign_keys(relation, relations),
        row_estimate=relation["rows"],
    )


def _primary_key(relation: Frame) -> tuple[str, ...]:
    placed = sorted((place, name) for name, _, _, place, _ in relation["columns"] if place)
    return tuple(name for _, name in placed)


def kind_of_all(found: Iterable[ColumnKind]) -> ColumnKind:
    """`other` where they are mixed, but for integers among numbers, or where there is none."""
    kinds = set(found)
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else "other"


def _foreign_keys(relation: Frame, relations: Mapping[TableName, Frame]) -> tuple[ForeignKey, ...]:
    """Rows of one key share an id. A key that names no target columns means the target's primary key."""
    grouped: dict[int, list[list[Any]]] = {}
    for row in relation["foreign_keys"]:
        grouped.setdefault(row[0], []).append(row)
    keys = (_foreign_key(relation, rows, relations.get((relation["schema"], rows[0][1]))) for rows in grouped.values())
    return tuple(sorted((key for key in keys if key is not None), key=lambda key: key.columns))


def _foreign_key(relation: Frame, rows: list[list[Any]], target: Frame | None) -> ForeignKey | None:
    """None when the target or one of the columns does not exist: SQLite lets keys dangle."""
    if target is None:
        return None
    named = [row[3] for row in rows]
    columns = _spelled(relation, [row[2] for row in rows])
    target_columns = _primary_key(target) if None in named else _spelled(target, named)
    if not columns or len(columns) != len(target_columns):
        return None
    return ForeignKey(
        columns=columns, target_schema=target["schema"], target_table=target["name"], target_columns=target_columns
    )


def _spelled(relation: Frame, names: list[str]) -> tuple[str, ...]:
    """The names as the relation itself spells them, or () when one is missing."""
    spelling = {column[0].casefold(): column[0] for column in relation["columns"]}
    found = [spelling.get(name.casefold()) for name in names]
    return tuple(name for name in found if name is not None) if None not in found else ()


def sqlite_kind(declared: str) -> ColumnKind:
    """From the declared type; `other` when there is none or it says nothing."""
    name = declared.strip().upper()
    return next((kind for pattern, kind in _SQLITE_WORDS if re.search(pattern, name)), "other")
