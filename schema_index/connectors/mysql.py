"""MySQL and MariaDB as a target: their catalogue, their values, and one bounded read per session."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

import pymysql
from pymysql.constants import ER

from schema_index.connectors.base import DataSourceError, Limits
from schema_index.connectors.distinct_values import MAX_LENGTH, DistinctValues
from schema_index.connectors.engine import Engine
from schema_index.connectors.mysql_catalogue import read_catalogue
from schema_index.connectors.mysql_rights import mysql_grants, mysql_rights
from schema_index.connectors.mysql_session import Session
from schema_index.connectors.mysql_wire import PacketTooLarge
from schema_index.connectors.outcomes import NO_ROWS
from schema_index.connectors.plan_cost import assert_affordable
from schema_index.connectors.quoting import backquoted
from schema_index.connectors.server_connector import Result, ServerConnector
from schema_index.connectors.streaming import collect, too_large
from schema_index.schema import Dialect

PACKET_SLACK = 64_000
"""A row's packet also holds lengths and nulls, which count nothing towards `max_bytes`."""

_QUERY = re.compile(r"[\s(]*(?:SELECT|WITH|VALUES|TABLE|EXPLAIN\s+[\s(]*(?:SELECT|WITH|VALUES|TABLE))\b", re.IGNORECASE)
"""ANALYZE TABLE and its like answer with rows too, and change what they look at."""


class MysqlConnector(ServerConnector[Session]):
    dialect: ClassVar[Dialect] = "mysql"
    session = Session
    # Fewer rows than elsewhere: under half a second for short ones, since the server stores what the part selects. One
    # character more than is kept tells what is longer.
    distinct_values = DistinctValues(
        rows_read=200_000, quote=backquoted, text_type=f"CHAR({MAX_LENGTH + 1})", length="CHAR_LENGTH"
    )

    catalogue = staticmethod(read_catalogue)
    rights = staticmethod(mysql_rights)

    def result(self, session: Session, *, limits: Limits) -> Result:
        text = session.statement.encode()
        # Asked first, because a read-only transaction still lets a statement write a file or end it.
        if session.wire.result_columns(text) == 0 or not _QUERY.match(session.statement):
            raise DataSourceError(NO_ROWS)
        if limits.max_cost is not None:
            assert_affordable(_planned(session), limits=limits)
        session.wire.max_packet = limits.max_bytes + PACKET_SLACK
        try:
            # No parameters: with them the driver would read `%` in the statement.
            columns, stream = session.wire.stream(text)
            return columns, *collect(stream, limits=limits)
        except PacketTooLarge:
            raise too_large(limits) from None


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


MYSQL = Engine(
    dialect=MysqlConnector.dialect,
    label="MySQL or MariaDB",
    connect=MysqlConnector,
    port=3306,
    grants=mysql_grants,
)
