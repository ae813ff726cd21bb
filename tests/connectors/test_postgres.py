"""What only PostgreSQL can do wrong: settings lifted from inside, values Python cannot hold, a server gone silent."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from schema_index.connectors.base import (
    DataSourceError,
    QueryTimeout,
    ResultColumn,
)
from tenants.cancellation import Cancellation, DeadlineExceeded
from tests.connectors.conftest import PostgresServer, Target

SCRIPT = """
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE DOMAIN code AS text;
CREATE TABLE journal (id integer PRIMARY KEY, mood mood, code code);
INSERT INTO journal VALUES (1, 'sad', 'x1');
CREATE SEQUENCE counter;
CREATE FUNCTION fails(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'leaks %', $1; END $$;
"""


@pytest.fixture(scope="module")
def journal(postgres_server: PostgresServer) -> Target:
    return postgres_server.create_database("journal", SCRIPT)


@pytest.mark.parametrize(
    ("expression", "value", "kind"),
    [
        ("2::int8", 2, "integer"),
        ("1.50::numeric", Decimal("1.50"), "number"),
        ("'NaN'::float8 = 'NaN'", True, "boolean"),
        ("date '2024-02-29'", date(2024, 2, 29), "date"),
        ("'infinity'::date", "infinity", "date"),
        ("'0044-03-15 BC'::date", "0044-03-15 BC", "date"),
        ("'-infinity'::timestamptz", "-infinity", "timestamp"),
        ("'20000-01-01'::timestamp", "20000-01-01 00:00:00", "timestamp"),
        ("'24:00'::time", "24:00:00", "time"),
        ("'1 day 2 hours'::interval", timedelta(days=1, hours=2), "other"),
        ("'{\"a\": [1, null]}'::jsonb", {"a": [1, None]}, "json"),
        ("(repeat('[', 1500) || repeat(']', 1500))::json", "[" * 1500 + "]" * 1500, "json"),
        ("array[1, null]", [1, None], "other"),
        ("'\\x00ff'::bytea", b"\x00\xff", "binary"),
        ("'5d3c3f2e-0000-4000-8000-000000000001'::uuid", UUID("5d3c3f2e-0000-4000-8000-000000000001"), "other"),
        ("'12.5'::money", "$12.50", "other"),
        ("'sad'::mood", "sad", "text"),
        ("'x'::code", "x", "text"),
        ("null", None, "text"),
    ],
)
def test_values_arrive_as_python_or_as_the_engines_text(
    journal: Target, expression: str, value: object, kind: str
) -> None:
    result = journal.read(f"SELECT {expression} AS v")

    assert (result.rows, result.columns) == (((value,),), (ResultColumn(name="v", kind=kind),))  # type: ignore[arg-type]  # literal from a list


def test_kinds_of_user_types_survive_a_cut_stream(journal: Target) -> None:
    result = journal.read("SELECT mood, i FROM journal, generate_series(1, 1000000) i", max_rows=1)

    assert (result.truncated, [column.kind for column in result.columns]) == (True, ["text", "integer"])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT nextval('counter')",
        "SELECT set_config('transaction_read_only', 'off', true)",
        "SELECT id FROM journal FOR UPDATE",
        "WITH gone AS (DELETE FROM journal RETURNING id) SELECT id FROM gone",
        "SELECT id INTO copied FROM journal",
        "COPY journal TO STDOUT",
        "COPY journal FROM STDIN",
        "SET statement_timeout = 0",
        "SELECT id FROM journal WHERE id = $1",
        "DO $$ BEGIN DELETE FROM journal; END $$",
        "EXPLAIN ANALYZE DELETE FROM journal",
    ],
)
def test_the_session_refuses_writes_by_their_owner(journal: Target, sql: str) -> None:

    with pytest.raises(DataSourceError):
        journal.read(sql)

    assert journal.read("SELECT id FROM journal").rows == ((1,),)


def test_the_session_is_pinned_whatever_the_role_prefers(journal: Target, postgres_server: PostgresServer) -> None:
    names = ("search_path", "statement_timeout", "transaction_read_only", "datestyle", "intervalstyle", "work_mem")
    shown = ", ".join(f"current_setting('{name}')" for name in names)
    for setting in ("datestyle = 'German'", "intervalstyle = 'iso_8601'", "work_mem = '2GB'"):
        postgres_server.run(f"ALTER ROLE owner IN DATABASE journal SET {setting}")

    (row,) = journal.read(f"SELECT {shown}").rows

    assert row[0] == "pg_catalog, public, public, pg_temp"
    assert 4_000 < int(row[1].removesuffix("ms")) <= 5_000 if row[1].endswith("ms") else row[1] == "5s"
    assert row[2:] == ("on", "ISO, YMD", "postgres", "64MB")


def test_nothing_of_a_session_survives_it(journal: Target, postgres_server: PostgresServer) -> None:
    journal.read(
        "SELECT set_config('search_path', 'nowhere', false), set_config('app.mark', 'x', false), pg_advisory_lock(7)",
    )
    with pytest.raises(QueryTimeout):
        journal.read("SELECT pg_sleep(30)", deadline_ms=200)

    (row,) = journal.read("SELECT count(*), current_setting('app.mark', true) FROM journal").rows
    assert row == (1, None)
    time.sleep(0.1)
    left = "SELECT query FROM pg_stat_activity WHERE application_name = 'querent' AND datname = 'journal'"
    assert postgres_server.run(left) == []
    assert postgres_server.run("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == [(0,)]


@pytest.mark.parametrize(
    ("sql", "sqlstate", "message", "diagnostic"),
    [
        (
            "SELECT nope FROM journal",
            "42703",
            "A column the statement names does not exist.",
            'column "nope" does not exist',
        ),
        (
            "SELECT code, count(*) FROM journal",
            "42803",
            "Grouping is wrong: a selected column is neither grouped nor aggregated, or an aggregate is misplaced.",
            'column "journal.code" must appear in the GROUP BY clause or be used in an aggregate function',
        ),
        (
            "SELECT code + 1 FROM journal",
            "42883",
            "A function or operator in the statement does not exist for these types.",
            "operator does not exist: code + integer",
        ),
        ("SELECT 1 / 0", "22012", "The statement divides by zero.", None),
        ("SELECT code::integer FROM journal", "22P02", "A value does not have the form its type needs.", None),
        (
            "SELECT code::regclass FROM journal",
            "42P01",
            "A table the statement names does not exist.",
            'relation "…" does not exist',
        ),
        ("SELECT fails(code) FROM journal", "P0001", "A function in the target database refused to run.", None),
        (
            "SELECT (SELECT i FROM generate_series(1, 2) i)",
            "21000",
            "A subquery used as one value returned more than one row.",
            None,
        ),
        (
            "SELECT rolpassword FROM pg_authid",
            "42501",
            "The data source's user has no permission for something the statement names.",
            "permission denied for table pg_authid",
        ),
    ],
)
def test_errors_say_what_happened_and_carry_no_row(
    journal: Target, sql: str, sqlstate: str, message: str, diagnostic: str | None
) -> None:
    with pytest.raises(DataSourceError) as caught:
        journal.read(sql)

    expected = {"sqlstate": sqlstate} if diagnostic is None else {"sqlstate": sqlstate, "diagnostic": diagnostic}
    assert (caught.value.message, dict(caught.value.details)) == (message, expected)
    assert "x1" not in repr(caught.value.details)


def test_an_unchecked_address_is_a_programming_error(journal: Target) -> None:
    with pytest.raises(ValueError, match="check_target"):
        journal.with_config(address="").read("SELECT 1")


@pytest.fixture
def silent_server(journal: Target) -> Iterator[Target]:
    """A server that stops answering in the middle of a session: to the statement and to every cancel."""
    stopped = threading.Event()
    pairs: list[socket.socket] = []

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if b"pg_sleep" in data:
                    stopped.set()
                if not stopped.is_set():
                    sink.sendall(data)

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection((journal.config.address, journal.config.port))
                pairs.extend((client, server))
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=pump, args=ends, daemon=True).start()

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield journal.with_config(port=listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    for end in pairs:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


def test_a_server_that_falls_silent_is_left_after_the_grace(silent_server: Target) -> None:
    started = time.monotonic()

    with pytest.raises(QueryTimeout):
        silent_server.read("SELECT pg_sleep(9)", deadline_ms=300)

    assert 1.2 < time.monotonic() - started < 5


def test_a_silent_server_is_left_sooner_by_who_stops(silent_server: Target) -> None:
    started = time.monotonic()

    with pytest.raises(DeadlineExceeded):
        silent_server.read("SELECT pg_sleep(9)", cancellation=Cancellation(deadline_ms=300))

    assert 0.3 < time.monotonic() - started < 3
