"""A database behind a server: what such engines share."""

import time
from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from schema_index.connectors.base import (
    ColumnName,
    DataSourceError,
    Introspection,
    Limits,
    Progress,
    QueryTimeout,
    ResultColumn,
    ResultSet,
    ResultTooLarge,
    Unreadable,
)
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.distinct_values import DEADLINE_MS, DistinctValues
from schema_index.connectors.server_session import SessionT, read_only_session
from schema_index.schema import DatabaseSchema, Dialect, Table
from tenants.cancellation import NEVER, Cancellation

INTROSPECTION_DEADLINE_MS = 120_000
RIGHTS_DEADLINE_MS = 15_000

MAX_RELATIONS = 50_000
MAX_COLUMNS = 1_000_000

Result = tuple[tuple[ResultColumn, ...], tuple[tuple[Any, ...], ...], bool]

FORBIDDEN = "The data source's user may not read it."


RelationT = TypeVar("RelationT")


@dataclass(frozen=True, kw_only=True)
class Catalogue(ABC, Generic[RelationT]):
    """What was read of a database's catalogue, of which the database is not asked again. Each of the `relations` has
    its `schema` and `name`."""

    default_schema: str
    relations: tuple[RelationT, ...]

    @abstractmethod
    def reason_not_to(self, relation: RelationT) -> str:
        """Why the relation cannot be described, or nothing."""

    @abstractmethod
    def table(self, relation: RelationT) -> Table: ...


class ServerConnector(ABC, Generic[SessionT]):
    """What one engine adds is its session, its catalogue, its rights and how it is asked."""

    dialect: ClassVar[Dialect]
    distinct_values: ClassVar[DistinctValues]
    session: type[SessionT]

    def __init__(self, config: ConnectionConfig) -> None:
        self.config = config

    @staticmethod
    @abstractmethod
    def catalogue(session: SessionT, config: ConnectionConfig) -> Catalogue[Any]:
        """Every relation outside the system's schemas that the source includes. Raises DataSourceError."""

    @staticmethod
    @abstractmethod
    def rights(session: SessionT) -> tuple[str, ...]:
        """As `excess_rights`."""

    @abstractmethod
    def result(self, session: SessionT, *, limits: Limits) -> Result:
        """Of the session's statement: the result's columns, its rows, and whether there were more."""

    def introspect(self, *, progress: Progress | None = None) -> Introspection:
        with self._session(deadline_ms=INTROSPECTION_DEADLINE_MS) as session:
            catalogue = self.catalogue(session, self.config)
        # The database is not asked again: progress may take its time.
        reasons = [(relation, catalogue.reason_not_to(relation)) for relation in catalogue.relations]
        readable = [relation for relation, reason in reasons if not reason]
        tables: list[Table] = []
        for done, relation in enumerate(readable, start=1):
            tables.append(catalogue.table(relation))
            if progress is not None:
                progress(done, len(readable), relation.name)
        return Introspection(
            schema=DatabaseSchema.of(self.dialect, catalogue.default_schema, tables),
            unreadable=tuple(
                Unreadable(schema=relation.schema, name=relation.name, reason=reason)
                for relation, reason in reasons
                if reason
            ),
        )

    def vocabularies(self, columns: Sequence[ColumnName], *, limit: int) -> Generator[list[str] | None, None, None]:
        """Each in a session of its own."""
        limits = Limits(deadline_ms=DEADLINE_MS, max_rows=limit)
        for name in columns:
            try:
                rows = self.read(self.distinct_values.query(name, limit=limit), limits=limits).rows
                values: list[str] | None = [row[0] for row in rows]
            except (DataSourceError, QueryTimeout, ResultTooLarge):
                values = None
            yield values

    def excess_rights(self) -> tuple[str, ...]:
        with self._session(deadline_ms=RIGHTS_DEADLINE_MS) as session:
            return self.rights(session)

    def read(self, sql: str, *, limits: Limits, cancellation: Cancellation = NEVER) -> ResultSet:
        started = time.monotonic()
        if "\0" in sql:
            # A driver would send what stands before it, without the limit that stands behind.
            raise DataSourceError("The statement holds a null character.")
        with self._session(deadline_ms=limits.deadline_ms, cancellation=cancellation) as session:
            session.statement = sql
            columns, rows, truncated = self.result(session, limits=limits)
        elapsed_ms = round((time.monotonic() - started) * 1000)
        return ResultSet(columns=columns, rows=rows, truncated=truncated, elapsed_ms=elapsed_ms)

    def _session(self, *, deadline_ms: int, cancellation: Cancellation = NEVER) -> AbstractContextManager[SessionT]:
        return read_only_session(self.session, self.config, deadline_ms=deadline_ms, cancellation=cancellation)


def refuse_more_than(limit: int, count: int, *, what: str) -> None:
    """Raises DataSourceError."""
    if count > limit:
        raise DataSourceError(f"The database has more than {limit:,} {what}. Give the source fewer schemas to include.")
