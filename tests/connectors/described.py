"""What an engine is expected to tell of a database, in short rows."""

from collections.abc import Sequence
from typing import Any

from schema_index.connectors.base import Introspection, Unreadable
from schema_index.schema import Column, ColumnKind, DatabaseSchema, ForeignKey, Table
from tests.connectors.conftest import Target


def column(name: str, type_: str, kind: ColumnKind, nullable: bool = True, comment: str = "", **more: Any) -> Column:
    return Column(name=name, type=type_, kind=kind, nullable=nullable, comment=comment, **more)


def key(columns: Sequence[str], schema: str, table: str, target_columns: Sequence[str]) -> ForeignKey:
    return ForeignKey(
        columns=tuple(columns), target_schema=schema, target_table=table, target_columns=tuple(target_columns)
    )


def assert_described(
    target: Target,
    *,
    default_schema: str,
    tables: list[Table],
    unreadable: Sequence[tuple[str, str, str]],
    read: Sequence[str],
) -> DatabaseSchema:
    """The whole description, what of it cannot be read as (schema, name, reason), and progress by the names `read`."""
    steps: list[tuple[int, int, str]] = []
    found = target.connector.introspect(progress=lambda *step: steps.append(step))
    assert found == Introspection(
        schema=DatabaseSchema.of(target.dialect, default_schema, tables),
        unreadable=tuple(Unreadable(schema=schema, name=name, reason=reason) for schema, name, reason in unreadable),
    )
    assert steps == [(place, len(read), name) for place, name in enumerate(read, start=1)]
    return found.schema
