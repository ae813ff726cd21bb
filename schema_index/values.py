"""The value dictionary: distinct values of short text columns, read at sync when the source opted in."""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

from schema_index.connectors.base import ColumnName, Connector
from schema_index.models import ColumnValue, DataSource
from schema_index.schema import Column, DatabaseSchema, Table
from schema_index.words import normalised
from tenants.context import current_tenant_id

MAX_DISTINCT = 1_000
"""A column with more distinct values is no vocabulary but data: none of its values are kept."""

MAX_VALUE_CHARACTERS = 100
MAX_COLUMNS = 500
"""Bounds the queries that one sync sends for values."""

MAX_SECONDS = 300
"""Bounds the time that they take together, well inside a sync's lease. Columns not reached have no vocabulary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundValue:
    schema: str
    table: str
    column: str
    text: str


def read_values(connector: Connector, schema: DatabaseSchema, *, excluded: Collection[str]) -> tuple[FoundValue, ...]:
    """Values of the schema's text columns but the `excluded` ones (`schema.table.column`). No transaction is open.

    Raises DataSourceUnavailable: a database that went away has not lost its values.
    """
    found: list[FoundValue] = []
    ends_at = time.monotonic() + MAX_SECONDS
    columns = [
        ColumnName(schema=table.schema, table=table.name, column=column.name)
        for table, column in vocabulary_columns(schema, excluded=excluded)[:MAX_COLUMNS]
    ]
    with closing(connector.vocabularies(columns, limit=MAX_DISTINCT + 1)) as vocabularies:
        for name, texts in zip(columns, vocabularies, strict=False):
            # None for a column that is too slow or not readable: it simply has no vocabulary; the sync goes on.
            found += _of_column(name, texts or ())
            if time.monotonic() > ends_at:
                break
    return tuple(found)


def vocabulary_columns(schema: DatabaseSchema, *, excluded: Collection[str]) -> list[tuple[Table, Column]]:
    """The columns whose values may be kept."""
    return [
        (table, column)
        for table in schema.tables
        for column in table.columns
        if column.kind == "text" and f"{table.qualified_name}.{column.name}" not in excluded
    ]


def _of_column(name: ColumnName, texts: Sequence[str]) -> Iterator[FoundValue]:
    if len(texts) > MAX_DISTINCT:
        return
    for text in texts:
        # PostgreSQL stores no null character.
        if 0 < len(text) <= MAX_VALUE_CHARACTERS and "\0" not in text and normalised(text):
            yield FoundValue(schema=name.schema, table=name.table, column=name.column, text=text)


def permitted(values: tuple[FoundValue, ...], *, source: DataSource, schema: DatabaseSchema) -> tuple[FoundValue, ...]:
    """The values that the source may keep; `schema` is its visible part."""
    names = _permitted_names(source, schema)
    return tuple(value for value in values if (value.schema, value.table, value.column) in names)


def _permitted_names(source: DataSource, schema: DatabaseSchema) -> frozenset[tuple[str, str, str]]:
    kept = vocabulary_columns(schema, excluded=source.values_excluded) if source.index_values else []
    return frozenset((table.schema, table.name, column.name) for table, column in kept)


def prune_values(source: DataSource, *, schema: DatabaseSchema) -> None:
    """Delete the values that the source may not keep any more; `schema` is its visible part. Needs an open scope."""
    stored = ColumnValue.objects.filter(source_id=source.id)
    for name in set(stored.values_list("schema", "table", "column").distinct()) - _permitted_names(source, schema):
        stored.filter(schema=name[0], table=name[1], column=name[2]).delete()


def store_values(values: tuple[FoundValue, ...], *, source_id: UUID) -> None:
    """Make the source's dictionary exactly `values`, writing only what differs. Needs an open scope."""
    stored = {
        (value.schema, value.table, value.column, value.text): value.id
        for value in ColumnValue.objects.filter(source_id=source_id).only("schema", "table", "column", "text")
    }
    wanted = {(value.schema, value.table, value.column, value.text) for value in values}
    ColumnValue.objects.filter(id__in=[key for name, key in stored.items() if name not in wanted]).delete()
    tenant_id = current_tenant_id()
    ColumnValue.objects.bulk_create(
        [
            ColumnValue(
                tenant_id=tenant_id,
                source_id=source_id,
                schema=schema,
                table=table,
                column=column,
                text=text,
                normalised=normalised(text),
            )
            for schema, table, column, text in sorted(wanted - stored.keys())
        ],
        batch_size=2_000,
    )
