"""MySQL and MariaDB as a target: their catalogue, their values, and one bounded read per session."""

import re
import time
from collections.abc import Generator, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

import pymysql
from pymysql.constants import ER

from schema_index.connectors.base import (
    ColumnName,
    DataSourceError,
    Introspection,
    Limits,
    Progress,
    ResultSet,
    one_by_one,
)
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.engine import Engine
from schema_index.connectors.mysql_catalogue import read_catalogue
from schema_index.connectors.mysql_rights import mysql_grants, mysql_rights
from schema_index.connectors.mysql_session import Session, read_only_session
from schema_index.connectors.mysql_wire import PacketTooLarge
from schema_index.connectors.outcomes import NO_ROWS
from schema_index.connectors.plan_cost import assert_affordable
from schema_index.connectors.streaming import collect, too_large
from schema_index.schema import Dialect
from tenants.cancellation import NEVER, Cancellation

INTROSPECTION_DEADLINE_MS = 120_000

RIGHTS_DEADLINE_MS = 15_000

VALUES_DEADLINE_MS = 5_000
VALUES_ROWS_READ = 200_000
"""Rows looked at for distinct values: under half a second for short ones. The server stores what the part selects,
which makes it dearer than elsewhere."""

MAX_VALUE_LENGTH = 200
"""Characters; longer values are prose, which nobody names in a question."""

PACKET_SLACK = 64_000
"""A row's packet also holds lengths and nulls, which count nothing towards `max_bytes`."""

_QUERY = re.compile(r"[\s(]*(?:SELECT|WITH|VALUES|TABLE|EXPLAIN\s+[\s(]*(?:SELECT|WITH|VALUES|TABLE))\b", re.IGNORECASE)
"""ANALYZE TABLE and its like answer with rows too, and change what they look at."""


class MysqlConnector:
    dialect: ClassVar[Dialect] = "mysql"

    def __init__(self, config: ConnectionConfig) -> None:
        self._config = config

    def introspect(self, *, progress: Progress | None = None) -> Introspection:
        with read_only_session(self._config, deadline_ms=INTROSPECTION_DEADLINE_MS) as session:
            catalogue = read_catalogue(session, includes=self._config.includes)
        return catalogue.described(default_schema=self._config.database, progress=progress)

    def vocabularies(self, columns: Sequence[ColumnName], *, limit: int) -> Generator[list[str] | None, None, None]:
        return one_by_one(partial(self._distinct_values, limit=limit), columns)

    def _distinct_values(self, name: ColumnName, *, limit: int) -> list[str]:
        query = (
            # One character more than is kept tells what is longer.
            f"SELECT DISTINCT value FROM (SELECT CAST({_quoted(name.column)} AS CHAR({MAX_VALUE_LENGTH + 1})) AS value"  # noqa: S608  # quoted identifiers
            f" FROM {_quoted(name.schema)}.{_quoted(name.table)} LIMIT {VALUES_ROWS_READ}) AS part"
            f" WHERE value IS NOT NULL AND CHAR_LENGTH(value) <= {MAX_VALUE_LENGTH} ORDER BY value LIMIT {int(limit)}"
        )
        limits = Limits(deadline_ms=VALUES_DEADLINE_MS, max_rows=limit)
        return [row[0] for row in self.read(query, limits=limits).rows]

    def excess_rights(self) -> tuple[str, ...]:
        with read_only_session(self._config, deadline_ms=RIGHTS_DEADLINE_MS) as session:
            return mysql_rights(session)

    def read(self, sql: str, *, limits: Limits, cancellation: Cancellation = NEVER) -> ResultSet:
        started = time.monotonic()
        if "\0" in sql:
            raise DataSourceError("The statement holds a null character.")
        with read_only_session(self._config, deadline_ms=limits.deadline_ms, cancellation=cancellation) as session:
            session.statement = sql
            text = sql.encode()
            # Asked first, because a read-only transaction still lets a statement write a file or end it.
            if session.wire.result_columns(text) == 0 or not _QUERY.match(sql):
                raise DataSourceError(NO_ROWS)
            if limits.max_cost is not None:
                assert_affordable(_planned(session), limits=limits)
            session.wire.max_packet = limits.max_bytes + PACKET_SLACK
            try:
                # No parameters: with them the driver would read `%` in the statement.
                columns, stream = session.wire.stream(text)
                rows, truncated = collect(stream, limits=limits)
            except PacketTooLarge:
                raise too_large(limits) from None
        elapsed_ms = round((time.monotonic() - started) * 1000)
        return ResultSet(columns=columns, rows=rows, truncated=truncated, elapsed_ms=elapsed_ms)


def _planned(session: Session) -> float | None:
    with session.wire.cursor() as cursor:
        try:
            cursor.execute(f"EXPLAIN {session.statement}")
        except pymysql.OperationalError as error:
            if error.args[0] != ER.VIEW_NO_EXPLAIN:
                raise
            # A reader of views need not be one of the tables below them.
            return None
        names = [column[0] for column in cursor.description or ()]
        if not {"id", "rows"} <= set(names):
            return None
        return mysql_rows((row[names.index("id")], row[names.index("rows")]) for row in cursor.fetchall())


def mysql_rows(steps: Iterable[tuple[Any, Any]]) -> float | None:
    """Of (select's number, rows of one step) of `EXPLAIN`: steps of one select are nested loops, selects add up."""
    products: dict[Any, float] = {}
    for select, rows in steps:
        if rows is not None:
            # A union's own step has neither number; a step of no row still is looked at once.
            products[select] = products.get(select, 1.0) * max(1.0, float(rows))
    return sum(products.values()) if products else None


def _quoted(identifier: str) -> str:
    return "`" + identifier.replace("`", "``") + "`"


MYSQL = Engine(
    dialect=MysqlConnector.dialect,
    label="MySQL or MariaDB",
    connect=MysqlConnector,
    port=3306,
    grants=mysql_grants,
    ddl_trigger=None,
)
