"""A DatabaseSchema as JSON and back: how snapshots are stored. Pure."""

from typing import Any

from schema_index.schema import Column, DatabaseSchema, ForeignKey, Table, plain


def to_json(schema: DatabaseSchema) -> dict[str, Any]:
    return plain(schema)


def from_json(data: dict[str, Any]) -> DatabaseSchema:
    """Also of descriptions stored before enums, generated columns and row estimates were known."""
    return DatabaseSchema(
        dialect=data["dialect"],
        default_schema=data["default_schema"],
        tables=tuple(_table(table) for table in data["tables"]),
    )


def _table(data: dict[str, Any]) -> Table:
    return Table(
        schema=data["schema"],
        name=data["name"],
        kind=data["kind"],
        comment=data["comment"],
        columns=tuple(_column(column) for column in data["columns"]),
        primary_key=tuple(data["primary_key"]),
        unique_keys=tuple(tuple(key) for key in data["unique_keys"]),
        foreign_keys=tuple(
            ForeignKey(
                columns=tuple(key["columns"]),
                target_schema=key["target_schema"],
                target_table=key["target_table"],
                target_columns=tuple(key["target_columns"]),
            )
            for key in data["foreign_keys"]
        ),
        row_estimate=data.get("row_estimate"),
    )


def _column(data: dict[str, Any]) -> Column:
    return Column(**{**data, "enum_values": tuple(data.get("enum_values", ()))})
