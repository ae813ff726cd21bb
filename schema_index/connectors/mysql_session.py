"""One MySQL or MariaDB session: read-only, bounded from inside and from outside, rolled back, closed."""

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pymysql

from schema_index.connectors.base import DataSourceUnavailable
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.mysql_errors import translated
from schema_index.connectors.mysql_wire import DRIVER_FAILURES, Wire
from schema_index.connectors.outcomes import UNREACHABLE, query_timeout
from schema_index.connectors.watchdog import Watchdog
from tenants.cancellation import NEVER, Cancellation
from tenants.until_cancelled import until_cancelled

CONNECT_TIMEOUT_S = 10
"""Bound of reaching and entering the database."""

SQL_MODE = (
    "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,ERROR_FOR_DIVISION_BY_ZERO,NO_UNSIGNED_SUBTRACTION,"
    "NO_ENGINE_SUBSTITUTION"
)
"""How the guard reads the dialect: `"` opens a text, backslashes escape, `||` means OR, NOT binds loosely. So none of
ANSI_QUOTES, NO_BACKSLASH_ESCAPES, PIPES_AS_CONCAT, HIGH_NOT_PRECEDENCE, IGNORE_SPACE, whatever the server prefers.
ONLY_FULL_GROUP_BY refuses a column that is neither grouped nor aggregated instead of picking any row's value, and a
difference of unsigned numbers may be negative."""

_SETTINGS = """
SET SESSION sql_mode = %(sql_mode)s, autocommit = 0, time_zone = %(time_zone)s, lc_time_names = 'en_US',
    lock_wait_timeout = %(seconds)s, wait_timeout = %(seconds)s, net_write_timeout = %(seconds)s,
    sql_select_limit = DEFAULT, sql_auto_is_null = 0, sql_big_selects = 1, group_concat_max_len = 1000000,
    tmp_table_size = 67108864, max_heap_table_size = 67108864
"""
"""Without them `GROUP_CONCAT` is cut at 1,024 bytes without a word, `id IS NULL` may mean the last inserted row, and a
session that we lost would wait for eight hours."""

_MARIADB_SETTINGS = "SET SESSION max_statement_time = %(deadline_s)s, max_recursive_iterations = 4294967295"
_MYSQL_SETTINGS = "SET SESSION max_execution_time = %(deadline_ms)s, cte_max_recursion_depth = 4294967295"
"""A recursion is bounded by the deadline: MariaDB would end it after 1,000 rounds and say nothing."""

_UNKNOWN_TIME_ZONE = 1298


class Session:
    """A session inside its one read-only transaction. `statement` is kept to scrub the server's messages with."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.is_mariadb = "mariadb" in str(wire.get_server_info()).lower()  # type: ignore[no-untyped-call]
        self.connection_id = int(wire.thread_id())  # type: ignore[no-untyped-call]
        self.statement = ""

    def rows(self, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """All rows of a query of ours."""
        with self.wire.cursor() as cursor:
            cursor.execute(query, parameters)
            return list(cursor.fetchall())


@contextmanager
def read_only_session(
    config: ConnectionConfig, *, deadline_ms: int, cancellation: Cancellation = NEVER
) -> Iterator[Session]:
    """A session that is gone, with whatever ran in it, at the deadline plus twice GRACE_S at the latest; or twice
    STOP_GRACE_S after it was cancelled.

    The deadline counts from here, connecting included (which alone may take CONNECT_TIMEOUT_S). Every error of the
    driver leaves as a DomainError: DataSourceUnavailable, DataSourceError, QueryTimeout, Cancelled.
    """
    deadline = time.monotonic() + deadline_ms / 1000
    wire = until_cancelled(
        lambda: _entered(config, within_s=CONNECT_TIMEOUT_S), cancellation=cancellation, discard=Wire.leave
    )
    session = Session(wire)
    remaining_s = max(0.001, deadline - time.monotonic())
    watchdog = Watchdog(
        wire.descriptor,
        deadline_s=remaining_s,
        cancel=lambda seconds: _kill(config, session.connection_id, within_s=seconds),
        cancellation=cancellation,
    )
    try:
        with watchdog:
            try:
                _open_transaction(session, config, remaining_s=remaining_s)
                yield session
            except DRIVER_FAILURES as error:
                cancellation.raise_if_cancelled()
                raise translated(
                    error, statement=session.statement, timed_out=watchdog.fired, deadline_ms=deadline_ms
                ) from None
            # A killed SLEEP() ends like one that is over.
            cancellation.raise_if_cancelled()
            if watchdog.fired or time.monotonic() >= deadline:
                raise query_timeout(deadline_ms)
            if not wire.mid_result:
                with suppress(*DRIVER_FAILURES):
                    wire.rollback()
    finally:
        wire.leave()


def _entered(config: ConnectionConfig, *, within_s: float) -> Wire:
    """A connection that is logged in. Raises DataSourceUnavailable."""
    if not config.address:
        raise ValueError("ConnectionConfig.address is empty: pass what check_target returned")
    started = time.monotonic()
    try:
        wire = Wire(config)
        dialled = wire.dial(timeout_s=within_s)
        with Watchdog(dialled.fileno(), deadline_s=max(0.001, started + within_s - time.monotonic())):
            wire.connect(dialled)
    except (*DRIVER_FAILURES, TypeError, AttributeError):
        raise DataSourceUnavailable(UNREACHABLE) from None
    return wire


def _open_transaction(session: Session, config: ConnectionConfig, *, remaining_s: float) -> None:
    settings = {
        "sql_mode": SQL_MODE,
        "seconds": math.ceil(remaining_s) + 1,
        "deadline_s": round(remaining_s, 3),
        "deadline_ms": math.ceil(remaining_s * 1000),
    }
    named = "+00:00" if config.time_zone == "UTC" else config.time_zone
    try:
        session.rows(_SETTINGS, {**settings, "time_zone": named})
    except pymysql.OperationalError as error:
        if error.args[0] != _UNKNOWN_TIME_ZONE:
            raise
        session.rows(_SETTINGS, {**settings, "time_zone": _offset(config.time_zone)})
    session.rows(_MARIADB_SETTINGS if session.is_mariadb else _MYSQL_SETTINGS, settings)
    for name, value in config.session_settings.items():
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else str(value)
        session.rows(f"SET @`querent_{name}` = %s", (text,))
    session.rows("SET SESSION TRANSACTION READ ONLY")
    session.rows("START TRANSACTION READ ONLY")
    # Behind a proxy the handshake's number is the proxy's own.
    session.connection_id = int(session.rows("SELECT CONNECTION_ID()")[0][0])


def _offset(time_zone: str) -> str:
    """Today's offset, for servers whose time zone tables are empty, as they are by default."""
    text = datetime.now(ZoneInfo(time_zone)).strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def _kill(config: ConnectionConfig, connection_id: int, *, within_s: float) -> None:
    """Stop what the session runs, through a second one."""
    with suppress(DataSourceUnavailable, *DRIVER_FAILURES):
        second = _entered(config, within_s=within_s)
        try:
            with Watchdog(second.descriptor, deadline_s=within_s):
                second.query(f"KILL QUERY {connection_id}")
        finally:
            second.leave()
