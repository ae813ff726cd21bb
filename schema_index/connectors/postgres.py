"""PostgreSQL as a target: its catalogue, its values, and one bounded read per session."""

import json
import time
from collections.abc import Generator, Sequence
from functools import partial
from typing import Any, ClassVar

import psycopg
from psycopg import sql as psycopg_sql
from psycopg.pq import TransactionStatus

from schema_index.connectors.base import (
    ColumnName,
    DataSourceError,
    Introspection,
    Limits,
    Progress,
    ResultColumn,
    ResultSet,
    one_by_one,
)
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.engine import Engine
from schema_index.connectors.plan_cost import assert_affordable
from schema_index.connectors.postgres_catalogue import read_catalogue
from schema_index.connectors.postgres_ddl_trigger import DDL_TRIGGER
from schema_index.connectors.postgres_kinds import FIRST_USER_OID, POSTGRES_OIDS, postgres_kind
from schema_index.connectors.postgres_rights import postgres_grants, postgres_rights
from schema_index.connectors.postgres_session import Session, read_only_session
from schema_index.connectors.streaming import collect
from schema_index.schema import ColumnKind, Dialect
from tenants.cancellation import NEVER, Cancellation

INTROSPECTION_DEADLINE_MS = 120_000

RIGHTS_DEADLINE_MS = 15_000

VALUES_DEADLINE_MS = 5_000
VALUES_ROWS_READ = 1_000_000
"""Rows looked at for distinct values: about half a second of a sequential scan."""

MAX_VALUE_LENGTH = 200
"""Characters; longer values are prose, which nobody names in a question."""


class PostgresConnector:
    dialect: ClassVar[Dialect] = "postgres"

    def __init__(self, config: ConnectionConfig) -> None:
        self._config = config

    def introspect(self, *, progress: Progress | None = None) -> Introspection:
        with read_only_session(self._config, deadline_ms=INTROSPECTION_DEADLINE_MS) as session:
            catalogue = read_catalogue(session.connection, includes=self._config.includes)
        return catalogue.described(progress=progress)

    def vocabularies(self, columns: Sequence[ColumnName], *, limit: int) -> Generator[list[str] | None, None, None]:
        return one_by_one(partial(self._distinct_values, limit=limit), columns)

    def _distinct_values(self, name: ColumnName, *, limit: int) -> list[str]:
        query = psycopg_sql.SQL(
            "SELECT DISTINCT value FROM (SELECT {column}::text AS value FROM {table} LIMIT {rows}) AS part"
            " WHERE value IS NOT NULL AND length(value) <= {length} ORDER BY value LIMIT {limit}"
        ).format(
            column=psycopg_sql.Identifier(name.column),
            table=psycopg_sql.Identifier(name.schema, name.table),
            rows=psycopg_sql.Literal(VALUES_ROWS_READ),
            length=psycopg_sql.Literal(MAX_VALUE_LENGTH),
            limit=psycopg_sql.Literal(limit),
        )
        limits = Limits(deadline_ms=VALUES_DEADLINE_MS, max_rows=limit)
        return [row[0] for row in self.read(query.as_string(), limits=limits).rows]

    def excess_rights(self) -> tuple[str, ...]:
        with read_only_session(self._config, deadline_ms=RIGHTS_DEADLINE_MS) as session:
            return postgres_rights(session)

    def read(self, sql: str, *, limits: Limits, cancellation: Cancellation = NEVER) -> ResultSet:
        started = time.monotonic()
        if "\0" in sql:
            # The driver would send what stands before it, without the limit that stands behind.
            raise DataSourceError("The statement holds a null character.")
        with read_only_session(self._config, deadline_ms=limits.deadline_ms, cancellation=cancellation) as session:
            session.statement = sql
            if limits.max_cost is not None:
                assert_affordable(_planned(session), limits=limits)
            cursor = session.connection.cursor()
            # `stream` speaks the extended protocol, so that the server itself refuses a second statement, and takes
            # row by row off the wire, so that the byte cap stops the query and not the memory. No parameters: with
            # them the driver would read `%` in the statement.
            stream = cursor.stream(sql.encode())
            try:
                rows, truncated = collect(stream, limits=limits)
            finally:
                stream.close()  # type: ignore[attr-defined]  # typed as Iterator, is a generator
            columns = _columns(session, cursor)
        elapsed_ms = round((time.monotonic() - started) * 1000)
        return ResultSet(columns=columns, rows=rows, truncated=truncated, elapsed_ms=elapsed_ms)


def _planned(session: Session) -> float | None:
    """Prepared, so that the server itself refuses a second statement here too."""
    plan = session.connection.execute(f"EXPLAIN (FORMAT JSON) {session.statement}".encode(), prepare=True).fetchone()
    return postgres_cost(plan[0]) if plan else None


def postgres_cost(plan: Any) -> float | None:
    """Of the one row and column of `EXPLAIN (FORMAT JSON)`, parsed or not; None where it holds no number."""
    try:
        document = json.loads(plan) if isinstance(plan, str | bytes) else plan
        return float(document[0]["Plan"]["Total Cost"])
    except (ValueError, TypeError, LookupError):
        return None


def _columns(session: Session, cursor: psycopg.Cursor[tuple[Any, ...]]) -> tuple[ResultColumn, ...]:
    described = [(column.name, column.type_code) for column in cursor.description or ()]
    if not described:
        described = _described(session)
    kinds: dict[int, ColumnKind] = dict(POSTGRES_OIDS)
    unknown = sorted({oid for _, oid in described if oid >= FIRST_USER_OID})
    if unknown:
        kinds.update(_user_kinds(session.connection, unknown))
    return tuple(ResultColumn(name=name, kind=kinds.get(oid, "other")) for name, oid in described)


def _described(session: Session) -> list[tuple[str, int]]:
    """Names and types without running the statement again: a stream without rows tells neither."""
    session.connection.pgconn.prepare(b"", session.statement.encode())
    result = session.connection.pgconn.describe_prepared(b"")
    return [((result.fname(place) or b"").decode(), result.ftype(place)) for place in range(result.nfields)]


def _user_kinds(connection: psycopg.Connection[tuple[Any, ...]], oids: list[int]) -> dict[int, ColumnKind]:
    """Kinds of enums and extension types. A stream that was cut has left the transaction failed: start another."""
    if connection.info.transaction_status != TransactionStatus.INTRANS:
        connection.rollback()
    rows = connection.execute(
        "SELECT oid, typname, typcategory FROM pg_catalog.pg_type WHERE oid = ANY(%s)", (oids,)
    ).fetchall()
    return {oid: postgres_kind(name, category=category) for oid, name, category in rows}


POSTGRES = Engine(
    dialect=PostgresConnector.dialect,
    label="PostgreSQL",
    connect=PostgresConnector,
    port=5432,
    grants=postgres_grants,
    ddl_trigger=DDL_TRIGGER,
)
