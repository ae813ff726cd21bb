"""A MySQL or MariaDB session: how it is entered, and what its transaction is set to."""

import json
import math
import time
from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pymysql

from schema_index.connectors.base import DataSourceUnavailable
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.mysql_errors import translated
from schema_index.connectors.mysql_wire import DRIVER_FAILURES, Wire
from schema_index.connectors.outcomes import UNREACHABLE
from schema_index.connectors.server_session import CONNECT_TIMEOUT_S, ServerSession
from schema_index.connectors.watchdog import Watchdog

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


class Session(ServerSession):
    failures = DRIVER_FAILURES
    translated = staticmethod(translated)

    def __init__(self, config: ConnectionConfig) -> None:
        self._config = config
        self.wire = _entered(config, within_s=CONNECT_TIMEOUT_S)
        self.is_mariadb = "mariadb" in str(self.wire.get_server_info()).lower()  # type: ignore[no-untyped-call]
        self._connection_id = int(self.wire.thread_id())  # type: ignore[no-untyped-call]

    @property
    def descriptor(self) -> int:
        return self.wire.descriptor

    def rows(self, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """All rows of a query of ours."""
        with self.wire.cursor() as cursor:
            cursor.execute(query, parameters)
            return list(cursor.fetchall())

    def begin(self, *, remaining_s: float) -> None:
        config = self._config
        settings = {
            "sql_mode": SQL_MODE,
            "seconds": math.ceil(remaining_s) + 1,
            "deadline_s": round(remaining_s, 3),
            "deadline_ms": math.ceil(remaining_s * 1000),
        }
        named = "+00:00" if config.time_zone == "UTC" else config.time_zone
        try:
            self.rows(_SETTINGS, {**settings, "time_zone": named})
        except pymysql.OperationalError as error:
            if error.args[0] != _UNKNOWN_TIME_ZONE:
                raise
            self.rows(_SETTINGS, {**settings, "time_zone": _offset(config.time_zone)})
        self.rows(_MARIADB_SETTINGS if self.is_mariadb else _MYSQL_SETTINGS, settings)
        for name, value in config.session_settings.items():
            text = json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else str(value)
            self.rows(f"SET @`querent_{name}` = %s", (text,))
        self.rows("SET SESSION TRANSACTION READ ONLY")
        self.rows("START TRANSACTION READ ONLY")
        # Behind a proxy the handshake's number is the proxy's own.
        self._connection_id = int(self.rows("SELECT CONNECTION_ID()")[0][0])

    def stop(self, within_s: float) -> None:
        _kill(self._config, self._connection_id, within_s=within_s)

    def roll_back(self) -> None:
        if not self.wire.mid_result:
            with suppress(*DRIVER_FAILURES):
                self.wire.rollback()

    def close(self) -> None:
        self.wire.leave()


def _entered(config: ConnectionConfig, *, within_s: float) -> Wire:
    """A connection that is logged in. Raises DataSourceUnavailable."""
    started = time.monotonic()
    try:
        wire = Wire(config)
        dialled = wire.dial(timeout_s=within_s)
        with Watchdog(dialled.fileno(), deadline_s=max(0.001, started + within_s - time.monotonic())):
            wire.connect(dialled)
    except (*DRIVER_FAILURES, TypeError, AttributeError):
        raise DataSourceUnavailable(UNREACHABLE) from None
    return wire


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
