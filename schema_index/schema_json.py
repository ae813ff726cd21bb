"""A DatabaseSchema from the JSON that `schema.plain` made of it: how snapshots are stored. Pure."""

from typing import Any

from schema_index.schema import Column, DatabaseSchema, ForeignKey, Table


def from_json(data: dict[str, Any]) -> DatabaseSchema:
    """Also of descriptions stored before enums, generated columns and row estimates were known."""
    return DatabaseSchema(**{**data, "tables": tuple(map(_table, data["tables"]))})


def _table(data: dict[str, Any]) -> Table:
    parts = {
        "columns": tuple(map(_column, data["columns"])),
        "primary_key": tuple(data["primary_key"]),
        "unique_keys": tuple(map(tuple, data["unique_keys"])),
        "foreign_keys": tuple(map(_foreign_key, data["foreign_keys"])),
    }
    return Table(**{**data, **parts})


def _foreign_key(data: dict[str, Any]) -> ForeignKey:
    columns = {name: tuple(data[name]) for name in ("columns", "target_columns")}
    return ForeignKey(**{**data, **columns})


def _column(data: dict[str, Any]) -> Column:
    return Column(**{**data, "enum_values": tuple(data.get("enum_values", ()))})
