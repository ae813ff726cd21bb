"""DuckDB's description of itself, made into tables."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from schema_index.connectors.base import Introspection, Progress, Unreadable
from schema_index.schema import Column, ColumnKind, DatabaseSchema, ForeignKey, Table, bounded_enum

DEFAULT_SCHEMA = "main"

BROKEN = "The database cannot plan it; a view may name something that no longer exists, or a file outside."

MAX_TYPE_CHARACTERS = 500
"""A structure spells all its fields, which may be thousands."""

_ENUM = re.compile(r"ENUM\((.*)\)", re.DOTALL)
_LITERAL = re.compile(r"'((?:[^']|'')*)'")

_DUCKDB_TYPES: Mapping[str, ColumnKind] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), "integer"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), "integer"),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), "number"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "timestamp"),
    "TIMESTAMP WITH TIME ZONE": "timestamp",
    "TIME": "time",
    "TIME WITH TIME ZONE": "time",
    "DATE": "date",
    "BOOLEAN": "boolean",
    "VARCHAR": "text",
    "ENUM": "text",
    "JSON": "json",
    "BLOB": "binary",
}

Name = tuple[str, str]
Frame = dict[str, Any]


def assemble(
    frames: Iterable[Frame], *, includes: Callable[[str, str], bool], progress: Progress | None
) -> Introspection:
    """From the child's `count`, `columns`, `keys` and `relation` frames: relations that `includes` allows."""
    columns: defaultdict[Name, list[Column]] = defaultdict(list)
    keys: defaultdict[Name, list[list[Any]]] = defaultdict(list)
    relations: dict[Name, Frame] = {}
    unreadable: list[Unreadable] = []
    count = done = 0
    for frame in frames:
        if "count" in frame:
            count = frame["count"]
        elif "columns" in frame:
            schema, table, *rest = frame["columns"]
            columns[schema, table].append(_column(*rest))
        elif "keys" in frame:
            schema, table, *rest = frame["keys"]
            keys[schema, table].append(rest)
        elif "relation" in frame:
            done += 1
            schema, table, *_ = frame["relation"]
            if frame["broken"] and includes(schema, table):
                unreadable.append(Unreadable(schema=schema, name=table, reason=BROKEN))
            elif includes(schema, table):
                relations[schema, table] = frame
            if progress is not None:
                progress(done, count, table)
    tables = [_table(frame, columns[name], keys[name], relations) for name, frame in relations.items()]
    return Introspection(schema=DatabaseSchema.of("duckdb", DEFAULT_SCHEMA, tables), unreadable=tuple(unreadable))


def _column(name: str, type_: str, nullable: bool, comment: str | None, generated: bool) -> Column:
    enum = _ENUM.fullmatch(type_)
    return Column(
        name=name,
        type="ENUM" if enum else type_[:MAX_TYPE_CHARACTERS],
        kind=duckdb_kind(type_),
        nullable=nullable,
        comment=comment or "",
        enum_values=bounded_enum(text.replace("''", "'") for text in _LITERAL.findall(enum[1])) if enum else (),
        generated=generated,
    )


def _table(frame: Frame, columns: list[Column], keys: list[list[Any]], relations: dict[Name, Frame]) -> Table:
    schema, name, kind, comment, estimate = frame["relation"]
    primary_key = next((tuple(key[1]) for key in keys if key[0] == "PRIMARY KEY"), ())
    unique_keys = {tuple(key[1]) for key in keys if key[0] == "UNIQUE"}
    return Table(
        schema=schema,
        name=name,
        kind="view" if kind == "view" else "table",
        columns=tuple(columns),
        primary_key=primary_key,
        unique_keys=tuple(sorted(unique_keys - {primary_key})),
        # A key of DuckDB stays within its schema.
        foreign_keys=tuple(
            ForeignKey(
                columns=tuple(own), target_schema=schema, target_table=target, target_columns=tuple(target_columns)
            )
            for type_, own, target, target_columns in keys
            if type_ == "FOREIGN KEY" and (schema, target) in relations
        ),
        comment=comment,
        row_estimate=estimate,
    )


def duckdb_kind(type_name: str) -> ColumnKind:
    """From the type as the engine writes it, `DECIMAL(10,2)`; lists, structures and the like are `other`."""
    name, _, arguments = type_name.partition("(")
    return _DUCKDB_TYPES.get(name, "other") if not arguments or arguments.endswith(")") else "other"
