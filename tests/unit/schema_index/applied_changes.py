"""The inverse of `diff`: nothing was left out of a comparison that one schema can be made of the other by."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

from schema_index.schema import Column, DatabaseSchema, Table, TableName
from schema_index.syncing.diff import Change
from schema_index.syncing.renames import Renames, renamed


def apply(old: DatabaseSchema, changes: Sequence[Change]) -> DatabaseSchema:
    """The schema that `changes` make of `old`: the inverse of `diff`."""
    schema = renamed(old, _renames_among(changes))
    tables = dict(schema.by_name)
    of_columns: dict[TableName, list[Change]] = {}
    for change in changes:
        name = (change.schema, change.table)
        if change.kind == "database_changed":
            schema = cast(DatabaseSchema, change.after)
        elif change.kind == "table_removed":
            del tables[name]
        elif change.kind == "table_added":
            tables[name] = cast(Table, change.after)
        elif change.kind not in ("table_renamed", "column_renamed"):
            of_columns.setdefault(name, []).append(change)
    for name, inside in of_columns.items():
        tables[name] = _applied(tables[name], inside)
    return DatabaseSchema.of(schema.dialect, schema.default_schema, list(tables.values()))


def _renames_among(changes: Iterable[Change]) -> Renames:
    tables: dict[TableName, TableName] = {}
    columns: dict[TableName, dict[str, str]] = {}
    for change in changes:
        name = (change.schema, change.table)
        if change.kind == "table_renamed":
            before = cast(Table, change.before)
            tables[before.schema, before.name] = name
        elif change.kind == "column_renamed":
            columns.setdefault(name, {})[change.former_name] = change.column
    return Renames(tables=tables, columns=columns)


def _applied(table: Table, changes: Sequence[Change]) -> Table:
    columns = {column.name: column for column in table.columns}
    order = list(columns)
    header: Table | None = None
    for change in sorted(changes, key=lambda change: -1 if change.position is None else change.position):
        if change.kind == "table_changed":
            header = cast(Table, change.after)
        elif change.kind == "column_removed":
            del columns[change.column]
            order.remove(change.column)
        else:
            columns[change.column] = cast(Column, change.after)
            if change.position is not None:
                order.insert(change.position, change.column)
    if header is None:
        return replace(table, columns=tuple(columns[name] for name in order))
    return replace(header, columns=tuple(columns[column.name] for column in header.columns))
