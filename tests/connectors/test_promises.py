"""What every target engine promises, proven on each with a role or file that could be written."""

import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psutil
import pytest

from schema_index.connectors import kept_children
from schema_index.connectors.base import (
    ColumnName,
    DataSourceError,
    DataSourceUnavailable,
    QueryTimeout,
    QueryTooExpensive,
    ResultColumn,
    ResultSet,
    ResultTooLarge,
)
from tenants.domain_error import DomainError
from tests.connectors.conftest import LIMITS, Target
from tests.mariadb import PASSWORD

HEIGHT: Mapping[str, object] = {
    "postgres": Decimal("1.65"),
    "mysql": Decimal("1.65"),
    "sqlite": 1.65,
    "duckdb": Decimal("1.65"),
}


PEOPLE = "SELECT id, name FROM people ORDER BY id"


def test_a_read_returns_columns_kinds_and_rows(target: Target) -> None:
    result = target.read("SELECT id, name, height FROM people WHERE id <> 2 ORDER BY id")

    assert replace(result, elapsed_ms=0) == ResultSet(
        columns=(
            ResultColumn(name="id", kind="integer"),
            ResultColumn(name="name", kind="text"),
            ResultColumn(name="height", kind="number"),
        ),
        rows=((1, "Ada", HEIGHT[target.dialect]), (3, "Linus", None)),
        truncated=False,
        elapsed_ms=0,
    )


def test_percent_signs_colons_and_emoji_reach_the_engine_as_written(target: Target) -> None:
    name = '`ü"\n`' if target.dialect == "mysql" else '"ü""\n"'
    sql = f"SELECT '100%s %(a)s' AS a, ' :foo ' AS b, name LIKE 'A%' AS c, '☕ ''' AS {name} FROM people WHERE id = 1"
    result = target.read(sql)

    assert result.rows == (("100%s %(a)s", " :foo ", True, "☕ '"),)
    assert [column.name for column in result.columns] == ["a", "b", "c", 'ü"\n']


def test_an_empty_result_still_has_its_columns(target: Target) -> None:
    result = target.read("SELECT id, name FROM people WHERE id = 99")

    assert (result.rows, result.truncated, [column.name for column in result.columns]) == ((), False, ["id", "name"])


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO people (id, name) VALUES (4, 'Eve')",
        "UPDATE people SET name = 'Eve' RETURNING id",
        "DELETE FROM people",
        "DROP TABLE people",
        "CREATE TABLE stolen (a integer)",
        "CREATE TEMP TABLE stolen (a integer)",
        "WITH gone AS (SELECT 1) DELETE FROM people",
        "BEGIN",
        "COMMIT",
        "VACUUM",
        "",
        "SELECT 1\0 LIMIT 1",
        "SELECT '\ud800'",
        # Two statements at once.
        "SELECT 1; SELECT 2",
        "SELECT 1; DELETE FROM people",
        "COMMIT; DELETE FROM people",
        "ROLLBACK; DELETE FROM people; COMMIT",
        "SELECT 1;;SELECT 2",
    ],
)
def test_what_is_not_one_read_fails_in_the_engine(target: Target, sql: str) -> None:
    before = target.raw(PEOPLE)

    with pytest.raises(DataSourceError):
        target.read(sql)

    assert target.raw(PEOPLE) == before


ENDLESS = {
    "postgres": [
        "WITH RECURSIVE r(i) AS (SELECT 1::bigint UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
        "SELECT pg_sleep(30)",
        "SELECT set_config('statement_timeout', '0', true), pg_sleep(30)",
        "SELECT i, set_config('statement_timeout', '0', false), pg_sleep(0.05) FROM generate_series(1, 90) AS t(i)",
        "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
    ],
    "mysql": [
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
        "SELECT sleep(30)",
        "SELECT count(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b",
        "SELECT seq, sleep(0.05) FROM seq_1_to_90",
    ],
    "sqlite": [
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r LIMIT 9000) SELECT sum(a.i) FROM r a, r b, r c",
        # One opcode, in which no handler is asked: the process is killed.
        "SELECT instr(printf('%.*c', 900000, 'a'), printf('%.*c', 450000, 'a') || 'b')",
    ],
    "duckdb": [
        "WITH RECURSIVE r(i) AS (SELECT 1::bigint UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
        "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7",
        "SELECT levenshtein(repeat('ab', 500000), repeat('ba', 500000))",
    ],
}


@pytest.mark.parametrize(
    ("target", "sql"),
    [(dialect, sql) for dialect, statements in ENDLESS.items() for sql in statements],
    indirect=["target"],
)
def test_the_deadline_holds(target: Target, sql: str) -> None:
    started = time.monotonic()

    with pytest.raises(QueryTimeout) as caught:
        target.read(sql, deadline_ms=300)

    # 0.3 to 0.6 s on an idle machine; the statements would run for half a minute or for ever.
    assert time.monotonic() - started < 3
    assert caught.value.details == {"deadline_ms": 300}


HOPELESS = {
    "duckdb": "SELECT count(*) FROM range(90000) a, range(90000) b",
    "postgres": "SELECT count(*) FROM generate_series(1, 90000) a, generate_series(1, 90000) b",
    "mysql": "SELECT count(*) FROM seq_1_to_90000 a, seq_1_to_90000 b",
}


@pytest.mark.parametrize(("target", "sql"), list(HOPELESS.items()), indirect=["target"])
def test_what_the_planner_finds_too_expensive_is_not_run(target: Target, sql: str) -> None:
    started = time.monotonic()

    with pytest.raises(QueryTooExpensive, match="expects this query to cost") as caught:
        target.read(sql, max_cost=1_000_000)

    assert time.monotonic() - started < 2
    assert caught.value.details["estimate"] > caught.value.details["limit"] == 1_000_000


def test_what_the_planner_finds_cheap_or_cannot_tell_is_run(target: Target) -> None:
    result = target.read("SELECT id FROM people WHERE id = 1", max_cost=1_000)

    assert result.rows == ((1,),)


NUMBERS = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < {}) SELECT i FROM r"


@pytest.mark.parametrize(("existing", "kept", "truncated"), [(9, 9, False), (10, 10, False), (11, 10, True)])
def test_the_row_cap_says_when_more_existed(target: Target, existing: int, kept: int, truncated: bool) -> None:
    result = target.read(NUMBERS.format(existing), max_rows=10)

    assert result.rows == tuple((number,) for number in range(1, kept + 1))
    assert result.truncated is truncated


MANY = {"mysql": "SELECT seq FROM seq_1_to_10000000", "duckdb": "SELECT range FROM range(10000000)"}
"""MariaDB and DuckDB finish a recursion before they show the first row; their own sources of numbers stream."""


def test_ten_million_rows_stop_at_the_row_cap(target: Target) -> None:
    started = time.monotonic()

    result = target.read(MANY.get(target.dialect, NUMBERS.format(10_000_000)))

    assert (len(result.rows), result.truncated) == (100, True)
    assert time.monotonic() - started < 5


WIDE = {
    "mysql": "SELECT repeat('x', 30000) FROM seq_1_to_60",
    "postgres": "SELECT repeat('x', 30000) FROM generate_series(1, 60)",
    "sqlite": f"SELECT printf('%.*c', 30000, 'x') FROM ({NUMBERS.format(60)})",
    "duckdb": "SELECT repeat('x', 30000) FROM range(60)",
}


def test_the_byte_cap_stops_the_stream(target: Target) -> None:
    with pytest.raises(ResultTooLarge) as caught:
        target.read(WIDE[target.dialect])

    assert caught.value.details == {"max_bytes": 1_000_000}
    assert len(target.read(WIDE[target.dialect], max_rows=30).rows) == 30


def test_no_process_and_no_file_is_left_behind(target: Target) -> None:
    kept_children.end_all()
    for deadline_ms in (5_000, 300):
        with pytest.raises(DomainError):
            target.read(ENDLESS[target.dialect][0] + " UNION SELECT nope", deadline_ms=deadline_ms)
    folder = target.config.path.parent if target.config.path else None

    assert [child for child in psutil.Process().children() if "_child" in " ".join(child.cmdline())] == []
    assert folder is None or [file.name for file in folder.iterdir()] == ["people.db"]


def test_an_unreachable_source_is_unavailable_for_every_call(target: Target) -> None:
    connector = target.unreachable().connector

    with pytest.raises(DataSourceUnavailable):
        connector.introspect()
    with pytest.raises(DataSourceUnavailable):
        list(connector.vocabularies([ColumnName(schema="public", table="people", column="name")], limit=5))
    with pytest.raises(DataSourceUnavailable) as caught:
        connector.read("SELECT 1", limits=LIMITS)

    assert caught.value.retryable
    assert_says_nothing(caught.value)


WRONG: list[dict[str, str | int]] = [
    {"password": "wrong"},
    {"password": "nul\0"},
    {"username": "nobody"},
    {"database": "nowhere"},
    {"port": 1},
    {"tls": "verify-full"},
]
WRONG_FOR = {
    "postgres": [*WRONG, {"tls": "require"}, {"database": "people host=elsewhere password=x"}, {"host": "a,b"}],
    "mysql": [*WRONG, {"password": "näme ☕"}],
}


@pytest.mark.parametrize(
    ("target", "wrong"),
    [(dialect, one) for dialect, several in WRONG_FOR.items() for one in several],
    indirect=["target"],
)
def test_all_ways_not_to_connect_sound_the_same(target: Target, wrong: dict[str, Any]) -> None:
    with pytest.raises(DataSourceUnavailable) as caught:
        target.with_config(**wrong).read("SELECT 1")

    assert caught.value.message == (
        "The database could not be reached, or refused the credentials. "
        "Check host, port, database, user, password and TLS mode, then test the data source."
    )
    assert dict(caught.value.details) == {}


@pytest.mark.parametrize("target", list(WRONG_FOR), indirect=True)
def test_the_name_is_never_resolved_again(target: Target) -> None:
    elsewhere = target.with_config(host="name-that-resolves-nowhere.invalid")

    assert elsewhere.read("SELECT 1").rows == ((1,),)


@pytest.mark.parametrize(
    ("sql", "diagnostic"),
    [
        ("SELECT nope FROM people", "nope"),
        ("SELECT id FROM nowhere", "nowhere"),
        ("SELECT id FROM people GRUP BY id", "GRUP"),
        ("SELECT no_function(id) FROM people", "no_function"),
    ],
)
def test_a_wrong_statement_is_explained_by_its_own_words(target: Target, sql: str, diagnostic: str) -> None:
    with pytest.raises(DataSourceError) as caught:
        target.read(sql)

    # An engine may stop at the word after the wrong one.
    assert diagnostic in caught.value.details["diagnostic"] or "BY" in caught.value.details["diagnostic"]
    assert_says_nothing(caught.value)


def test_the_connection_hides_its_password(target: Target) -> None:
    assert PASSWORD not in repr(target.config)


def assert_says_nothing(error: DomainError) -> None:
    """No credential, host, path or row, in the message, the details or what is chained for a log to print."""
    told = f"{error.message} {dict(error.details)}"
    for secret in (PASSWORD, "127.0.0.1", "localhost", "owner", ".db", "Grace"):
        assert secret not in told
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__


def test_vocabularies_are_bounded_sorted_and_without_null(target: Target) -> None:
    schema = {"postgres": "public", "mysql": "people"}.get(target.dialect, "main")
    columns = (("people", "name"), ("nowhere", "name"), ("people", "born"))
    names = [ColumnName(schema=schema, table=table, column=column) for table, column in columns]

    assert [list(target.connector.vocabularies(names, limit=limit)) for limit in (10, 2)] == [
        [["Ada", "Grace", "Linus"], None, ["1815-12-10", "1906-12-09"]],
        [["Ada", "Grace"], None, ["1815-12-10", "1906-12-09"]],
    ]


def test_a_name_cannot_break_out_of_a_vocabulary(target: Target) -> None:
    names = [
        ColumnName(schema="public", table='people" --', column='name" FROM people; DELETE FROM people; --'),
        ColumnName(schema="people", table="people` -- ", column="name` FROM people; DELETE FROM people; -- "),
    ]

    assert list(target.connector.vocabularies(names, limit=5)) == [None, None]
    assert len(target.raw(PEOPLE)) == 3
