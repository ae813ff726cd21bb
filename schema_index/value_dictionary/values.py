"""The value dictionary: distinct values of short text columns, read at sync when the source opted in."""

import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, NamedTuple
from uuid import UUID

from schema_index.connectors.base import ColumnName, Connector
from schema_index.indexing.rows import make_rows
from schema_index.models import ColumnValue, DataSource, GapReason, VocabularyGap
from schema_index.schema import Column, DatabaseSchema, Table
from schema_index.value_dictionary.personal_columns import sounds_personal
from schema_index.words import normalised

MAX_DISTINCT = 1_000
"""A column with more distinct values is no vocabulary but data: none of its values are kept."""

MAX_VALUE_CHARACTERS = 100
MAX_COLUMNS = 500
"""Bounds the queries that one sync sends for values."""

MAX_SECONDS = 300
"""Bounds the time that they take together, well inside a sync's lease. Columns not reached have no vocabulary."""

MAX_GAPS = 10_000
"""Columns of which it is kept why their values are not."""


Name = tuple[str, str, str]
"""Schema, table and column."""


class FoundValue(NamedTuple):
    schema: str
    table: str
    column: str
    text: str


class ColumnGap(NamedTuple):
    """A column whose values are not all kept, and why: what is not found may be there all the same."""

    schema: str
    table: str
    column: str
    reason: GapReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What one sync read of a source's values. A column in neither part is whole and has no value."""

    values: tuple[FoundValue, ...] = ()
    gaps: tuple[ColumnGap, ...] = ()


def read_values(
    connector: Connector, schema: DatabaseSchema, *, excluded: Collection[str], included: Sequence[str] = ()
) -> Vocabulary:
    """Values of the schema's text columns but the `excluded` ones (`schema.table.column`). No transaction is open.

    Columns that sound personal are left out, unless a pattern of `included` names them.
    Raises DataSourceUnavailable: a database that went away has not lost its values.
    """
    found: list[FoundValue] = []
    gaps: list[ColumnGap] = []
    ends_at = time.monotonic() + MAX_SECONDS
    wanted = []
    for table, column in text_columns(schema, excluded=excluded):
        name = ColumnName(schema=table.schema, table=table.name, column=column.name)
        if may_be_kept(table, column, included=included):
            wanted.append(name)
        else:
            gaps.append(_gap(name, GapReason.PERSONAL))
    reached = 0
    with closing(connector.vocabularies(wanted[:MAX_COLUMNS], limit=MAX_DISTINCT + 1)) as vocabularies:
        for name, texts in zip(wanted, vocabularies, strict=False):
            reached += 1
            values, reason = _of_column(name, texts)
            found += values
            if reason is not None:
                gaps.append(_gap(name, reason))
            if time.monotonic() > ends_at:
                break
    gaps += [_gap(name, GapReason.NOT_REACHED) for name in wanted[reached:]]
    return Vocabulary(values=tuple(found), gaps=tuple(gaps[:MAX_GAPS]))


def text_columns(schema: DatabaseSchema, *, excluded: Collection[str]) -> list[tuple[Table, Column]]:
    return [
        (table, column)
        for table in schema.tables
        for column in table.columns
        if column.kind == "text" and f"{table.qualified_name}.{column.name}" not in excluded
    ]


def may_be_kept(table: Table, column: Column, *, included: Sequence[str]) -> bool:
    name = f"{table.qualified_name}.{column.name}"
    return not sounds_personal(column.name) or any(fnmatchcase(name, pattern) for pattern in included)


def _gap(name: ColumnName, reason: GapReason) -> ColumnGap:
    return ColumnGap(schema=name.schema, table=name.table, column=name.column, reason=reason)


def _of_column(name: ColumnName, texts: Sequence[str] | None) -> tuple[list[FoundValue], GapReason | None]:
    """`texts` is None for a column that is too slow or not readable; the sync goes on without its values."""
    if texts is None:
        return [], GapReason.UNREADABLE
    if len(texts) > MAX_DISTINCT:
        return [], GapReason.TOO_MANY
    # PostgreSQL stores no null character.
    kept = [text for text in texts if len(text) <= MAX_VALUE_CHARACTERS and "\0" not in text and normalised(text)]
    values = [FoundValue(schema=name.schema, table=name.table, column=name.column, text=text) for text in kept]
    return values, GapReason.LEFT_OUT if len(kept) < sum(bool(text.strip()) for text in texts) else None


def permitted(vocabulary: Vocabulary, *, source: DataSource, schema: DatabaseSchema) -> Vocabulary:
    """What the source may keep; `schema` is its visible part."""
    kept, told = _kept_and_told(source, schema)
    return Vocabulary(
        values=tuple(value for value in vocabulary.values if value[:3] in kept),
        gaps=tuple(gap for gap in vocabulary.gaps if gap[:3] in told),
    )


def _kept_and_told(source: DataSource, schema: DatabaseSchema) -> tuple[frozenset[Name], frozenset[Name]]:
    """Columns whose values may be kept, and those of which it may be told that their values are not all kept."""
    columns = text_columns(schema, excluded=source.values_excluded) if source.index_values else []
    kept = [pair for pair in columns if may_be_kept(*pair, included=source.values_included)]
    return _names(kept), _names(columns)


def _names(columns: Iterable[tuple[Table, Column]]) -> frozenset[Name]:
    return frozenset((table.schema, table.name, column.name) for table, column in columns)


def prune_values(source: DataSource, *, schema: DatabaseSchema) -> None:
    """Delete the values that the source may not keep any more; `schema` is its visible part. Needs an open scope."""
    models: tuple[type[Any], ...] = (ColumnValue, VocabularyGap)
    for model, names in zip(models, _kept_and_told(source, schema), strict=True):
        stored = model._default_manager.filter(source_id=source.id)
        for name in set(stored.values_list("schema", "table", "column").order_by().distinct()) - names:
            stored.filter(schema=name[0], table=name[1], column=name[2]).delete()


def store_values(vocabulary: Vocabulary, *, source_id: UUID) -> None:
    """Make the source's dictionary exactly `vocabulary`, writing only what differs. Needs an open scope."""
    place = ("source_id", "schema", "table", "column")
    gaps, values = (model.objects.filter(source_id=source_id) for model in (VocabularyGap, ColumnValue))
    make_rows(gaps, (*place, "reason"), ((source_id, *gap) for gap in vocabulary.gaps))
    found = ((source_id, *value, normalised(value.text)) for value in vocabulary.values)
    make_rows(values, (*place, "text", "normalised"), found)
