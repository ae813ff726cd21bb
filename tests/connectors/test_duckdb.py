"""What only DuckDB can do wrong: files, the network, settings, code that it loads, names of its catalogue, types."""

import sqlite3
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from schema_index.connectors.base import DataSourceError, DataSourceUnavailable
from schema_index.connectors.connection import ConnectionConfig
from schema_index.schema import Table
from tests.connectors.conftest import Target, create_duckdb
from tests.connectors.described import assert_described, column, key

SCRIPT = """
CREATE TYPE mood AS ENUM ('happy', 'it''s, (so)');
CREATE SCHEMA "Sales ☕";
CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, m mood, height DECIMAL(5,2), tags VARCHAR[],
    twice INTEGER GENERATED ALWAYS AS (id * 2) VIRTUAL, seen TIMESTAMPTZ, doc JSON, UNIQUE (name, height));
COMMENT ON TABLE people IS 'Everyone';
COMMENT ON COLUMN people.name IS 'as spoken';
INSERT INTO people (id, name, seen) VALUES (1, 'Ada', '2020-07-01 00:00:00+00'), (2, 'Bob', NULL);
CREATE TABLE pets (owner INTEGER REFERENCES people (id), name VARCHAR);
CREATE TABLE "Sales ☕"."Order ""x""
line" ("a,b" BIGINT, raw BLOB, span INTERVAL, "at" TIMESTAMP, clock TIME, s STRUCT(a INTEGER, b VARCHAR), u UUID);
CREATE VIEW older AS SELECT id, name AS "Name" FROM people WHERE height > 1;
CREATE TABLE gone (id INTEGER);
CREATE VIEW broken AS SELECT * FROM gone;
DROP TABLE gone;
"""


@pytest.fixture(scope="module")
def ugly(tmp_path_factory: pytest.TempPathFactory) -> Target:
    config = create_duckdb(tmp_path_factory.mktemp("ugly") / "some.db", SCRIPT)
    # Named like a schema in it, which would make `"Sales ☕".…` ambiguous under the file's own name.
    return config.with_config(path=config.path.rename(config.path.with_name("Sales ☕.db")))


EXPECTED = [
    Table(
        schema="Sales ☕",
        name='Order "x"\nline',
        columns=(
            column("a,b", "BIGINT", "integer"),
            column("raw", "BLOB", "binary"),
            column("span", "INTERVAL", "other"),
            column("at", "TIMESTAMP", "timestamp"),
            column("clock", "TIME", "time"),
            column("s", "STRUCT(a INTEGER, b VARCHAR)", "other"),
            column("u", "UUID", "other"),
        ),
    ),
    Table(
        schema="main",
        name="older",
        kind="view",
        columns=(column("id", "INTEGER", "integer"), column("Name", "VARCHAR", "text")),
    ),
    Table(
        schema="main",
        name="people",
        comment="Everyone",
        columns=(
            column("id", "INTEGER", "integer", nullable=False),
            column("name", "VARCHAR", "text", nullable=False, comment="as spoken"),
            column("m", "ENUM", "text", enum_values=("happy", "it's, (so)")),
            column("height", "DECIMAL(5,2)", "number"),
            column("tags", "VARCHAR[]", "other"),
            column("twice", "INTEGER", "integer", generated=True),
            column("seen", "TIMESTAMP WITH TIME ZONE", "timestamp"),
            column("doc", "JSON", "json"),
        ),
        primary_key=("id",),
        unique_keys=(("name", "height"),),
    ),
    Table(
        schema="main",
        name="pets",
        columns=(column("owner", "INTEGER", "integer"), column("name", "VARCHAR", "text")),
        foreign_keys=(key(("owner",), "main", "people", ("id",)),),
    ),
]


def test_everything_readable_is_described_and_the_rest_is_named(ugly: Target) -> None:
    reason = "The database cannot plan it; a view may name something that no longer exists, or a file outside."

    found = assert_described(
        ugly,
        default_schema="main",
        tables=EXPECTED,
        unreadable=[("main", "broken", reason)],
        read=['Order "x"\nline', "broken", "older", "people", "pets"],
    )

    assert {table.name: table.row_estimate for table in found.tables if table.row_estimate} == {"people": 2}


def test_a_schema_named_like_the_file_is_read(ugly: Target) -> None:
    sql = 'SELECT count(*) FROM "Sales ☕"."Order ""x""\nline"'

    assert ugly.read(sql).rows == ((0,),)


@pytest.mark.parametrize("name", ["shop.db", "temp.db", 'it\'s "odd".v1.duckdb'])
def test_a_file_may_have_any_name_and_its_views_may_use_it(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / name).replace("'", "''")
    # As a session calls it that opens the file by itself; no session can call one `temp`.
    own = "other" if name == "temp.db" else '"' + Path(name).stem.replace('"', '""') + '"'
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{path}' AS {own}; USE {own}; CREATE TABLE t (a INTEGER)")
        connection.execute(f"CREATE VIEW v AS SELECT a FROM {'main' if own == 'other' else own + '.main'}.t")

    found = Target("duckdb", ConnectionConfig(path=tmp_path / name)).connector.introspect()

    assert ([table.name for table in found.schema.tables], found.unreadable) == (["t", "v"], ())


VALUES = """
SELECT true, 1::HUGEINT << 100, 1.50::DECIMAL(5,2), 2.5::DOUBLE, 'a' || chr(0) || 'ü', '\\x00\\xFF'::BLOB,
  DATE '2020-01-31', TIMESTAMP '2020-01-31 12:00:00.5', TIMESTAMPTZ '2020-01-31 12:00:00+02', TIME '12:00:01',
  INTERVAL '1 day 2 seconds', '404aa543-b820-435d-aecc-da9de0f97b1e'::UUID, [1, NULL], {'a': 1.5::DECIMAL(2,1)},
  MAP {DATE '2020-01-01': [2]}, NULL, 'infinity'::DOUBLE
"""


def test_values_cross_the_process_unchanged(ugly: Target) -> None:
    result = ugly.read(VALUES)

    assert result.rows == (
        (
            *(True, 1 << 100, Decimal("1.50"), 2.5, "a\0ü", b"\x00\xff"),
            *(date(2020, 1, 31), datetime(2020, 1, 31, 12, 0, 0, 500_000), datetime(2020, 1, 31, 10, tzinfo=UTC)),  # noqa: DTZ001
            *(time(12, 0, 1), timedelta(days=1, seconds=2), UUID("404aa543-b820-435d-aecc-da9de0f97b1e")),
            *([1, None], {"a": Decimal("1.5")}, {"2020-01-01": [2]}, None, float("inf")),
        ),
    )
    assert [one.kind for one in result.columns[:9]] == [
        *("boolean", "integer", "number", "number", "text", "binary", "date", "timestamp", "timestamp"),
    ]


def test_midnight_is_that_of_those_who_ask(ugly: Target) -> None:
    config = ugly.with_config(time_zone="America/New_York")

    result = config.read("SELECT seen::DATE FROM people WHERE id = 1")

    assert result.rows == ((date(2020, 6, 30),),)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{folder}/other.csv')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '{folder}/other.csv'",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM request",
        "COPY (SELECT 1) TO '{folder}/new.csv'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{folder}/new.csv'",
        "EXPORT DATABASE '{folder}/new'",
        "ATTACH '{folder}/new.db'",
        "ATTACH ':memory:' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 8",
        "SET enable_external_access = true",
        "SET VARIABLE a = 1",
        "RESET memory_limit",
        "CREATE SECRET s (TYPE s3)",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "CHECKPOINT",
        "USE memory",
        "PREPARE p AS SELECT 1",
        "PIVOT people ON name USING count(*)",
        "SELECT id FROM people WHERE id = ?",
        "SELECT getenv('HOME')",
    ],
)
def test_the_engine_refuses_what_is_not_a_read_of_tables(ugly: Target, tmp_path: Path, sql: str) -> None:
    (tmp_path / "other.csv").write_text("a\n1\n")

    with pytest.raises(DataSourceError):
        ugly.read(sql.format(folder=tmp_path))

    assert [file.name for file in tmp_path.iterdir()] == ["other.csv"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT repeat('x', 2000000000)",
        "SELECT list(range) FROM range(100000000)",
        "SELECT x FROM (SELECT repeat('x', 1000) || range AS x FROM range(10000000)) ORDER BY x",
        "SELECT string_agg(repeat('x', 900000), '') FROM range(2000)",
    ],
)
def test_memory_is_bounded(ugly: Target, sql: str) -> None:
    with pytest.raises(DataSourceError):
        ugly.read(sql, deadline_ms=10_000, max_rows=1_000)


def test_a_database_held_by_a_writer_is_unavailable_and_worth_a_retry(tmp_path: Path) -> None:
    config = create_duckdb(tmp_path / "held.db", "CREATE TABLE t (a INTEGER)")
    with duckdb.connect(str(config.path)), pytest.raises(DataSourceUnavailable, match="held by a process") as caught:
        config.read("SELECT a FROM t")

    assert caught.value.retryable


@pytest.mark.parametrize("content", [b"not a database, but long enough to be looked at" * 100, b"", None])
def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "some.db"
    if content is None:
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE t (a)")
        other.close()
    else:
        path.write_bytes(content)

    with pytest.raises(DataSourceUnavailable):
        Target("duckdb", ConnectionConfig(path=path)).connector.introspect()


def test_a_statement_planned_without_running_answers_as_rows(ugly: Target) -> None:
    result = ugly.read("EXPLAIN SELECT name FROM people")

    assert "people" in str(result.rows)
