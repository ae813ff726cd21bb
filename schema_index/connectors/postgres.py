"""PostgreSQL as a target: its catalogue, its values, and one bounded read per session."""

import json
from typing import Any, ClassVar

import psycopg
from psycopg.pq import TransactionStatus

from schema_index.connectors.base import Limits, ResultColumn
from schema_index.connectors.distinct_values import DistinctValues
from schema_index.connectors.engine import Engine
from schema_index.connectors.plan_cost import assert_affordable
from schema_index.connectors.postgres_catalogue import read_catalogue
from schema_index.connectors.postgres_ddl_trigger import DDL_TRIGGER
from schema_index.connectors.postgres_kinds import FIRST_USER_OID, POSTGRES_OIDS, postgres_kind
from schema_index.connectors.postgres_rights import postgres_grants, postgres_rights
from schema_index.connectors.postgres_session import Session
from schema_index.connectors.server_connector import Result, ServerConnector
from schema_index.connectors.streaming import collect
from schema_index.schema import ColumnKind, Dialect


class PostgresConnector(ServerConnector[Session]):
    dialect: ClassVar[Dialect] = "postgres"
    session = Session
    distinct_values = DistinctValues()

    catalogue = staticmethod(read_catalogue)
    rights = staticmethod(postgres_rights)

    def result(self, session: Session, *, limits: Limits) -> Result:
        if limits.max_cost is not None:
            assert_affordable(_planned(session), limits=limits)
        cursor = session.connection.cursor()
        # `stream` speaks the extended protocol, so that the server itself refuses a second statement, and takes row by
        # row off the wire, so that the byte cap stops the query and not the memory. No parameters: with them the
        # driver would read `%` in the statement.
        stream = cursor.stream(session.statement.encode())
        try:
            rows, truncated = collect(stream, limits=limits)
        finally:
            stream.close()  # type: ignore[attr-defined]  # typed as Iterator, is a generator
        return _columns(session, cursor), rows, truncated


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
