"""DuckDB's description of itself, made into tables."""

import re
from collections.abc import Mapping

from schema_index.connectors.child_protocol import Frame
from schema_index.schema import Column, ColumnKind, ForeignKey, Table, TableName, bounded_enum

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


def duckdb_table(relation: Frame, relations: Mapping[TableName, Frame]) -> Table:
    """From the child's frame, whose keys may lead to the `relations`."""
    schema, keys = relation["schema"], relation["keys"]
    primary_key = next((tuple(key["columns"]) for key in keys if key["type"] == "PRIMARY KEY"), ())
    unique_keys = {tuple(key["columns"]) for key in keys if key["type"] == "UNIQUE"}
    return Table(
        schema=schema,
        name=relation["name"],
        kind=relation["kind"],
        columns=tuple(_column(**column) for column in relation["columns"]),
        primary_key=primary_key,
        unique_keys=tuple(sorted(unique_keys - {primary_key})),
        # A key of DuckDB stays within its schema.
        foreign_keys=tuple(
            ForeignKey(
                columns=tuple(key["columns"]),
                target_schema=schema,
                target_table=key["target"],
                target_columns=tuple(key["target_columns"]),
            )
            for key in keys
            if key["type"] == "FOREIGN KEY" and (schema, key["target"]) in relations
        ),
        comment=relation["comment"],
        row_estimate=relation["rows"],
    )


def _column(*, name: str, type: str, nullable: bool, comment: str | None, generated: bool) -> Column:
    enum = _ENUM.fullmatch(type)
    return Column(
        name=name,
        type="ENUM" if enum else type[:MAX_TYPE_CHARACTERS],
        kind=duckdb_kind(type),
        nullable=nullable,
        comment=comment or "",
        enum_values=bounded_enum(text.replace("''", "'") for text in _LITERAL.findall(enum[1])) if enum else (),
        generated=generated,
    )


def duckdb_kind(type_name: str) -> ColumnKind:
    """From the type as the engine writes it, `DECIMAL(10,2)`; lists, structures and the like are `other`."""
    name, _, arguments = type_name.partition("(")
    return _DUCKDB_TYPES.get(name, "other") if not arguments or arguments.endswith(")") else "other"
