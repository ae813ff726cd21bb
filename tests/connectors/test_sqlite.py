"""What only SQLite can do wrong: other files, its own catalogue, memory inside one opcode, bytes that are no text."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from schema_index.connectors.base import DataSourceError, DataSourceUnavailable, ResultTooLarge
from schema_index.connectors.connection import ConnectionConfig
from tests.connectors.conftest import Target, create_sqlite

SCRIPT = """
CREATE TABLE cell (id INTEGER PRIMARY KEY, value);
INSERT INTO cell (value) VALUES (1), (2.5), ('text'), (x'00ff'), (null), (9223372036854775807), (1e999),
    (CAST(x'ff41' AS TEXT)), ('a' || char(0) || 'b');
CREATE VIRTUAL TABLE search USING fts5(title);
CREATE VIRTUAL TABLE box USING rtree(id, low, high);
INSERT INTO search VALUES ('green tea');
INSERT INTO box VALUES (1, 2, 3);
ANALYZE;
"""


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Target:
    return create_sqlite(tmp_path_factory.mktemp("cells") / "cells.db", SCRIPT)


def test_values_cross_the_process_unchanged(cells: Target) -> None:
    result = cells.read("SELECT value FROM cell ORDER BY id")

    assert [row[0] for row in result.rows] == [
        1,
        2.5,
        "text",
        b"\x00\xff",
        None,
        9223372036854775807,
        float("inf"),
        "\N{REPLACEMENT CHARACTER}A",
        "a\0b",
    ]
    assert result.columns[0].kind == "other"


def test_full_text_and_r_tree_tables_can_be_read(cells: Target) -> None:
    sql = "SELECT title, high FROM search, box WHERE search MATCH 'tea' AND low < 3"

    assert cells.read(sql).rows == (("green tea", 3.0),)


def test_the_functions_that_stand_in_from_can_be_read(cells: Target) -> None:
    sql = "SELECT e.value, t.atom FROM json_each('[7]') AS e, json_tree('8') AS t"

    assert cells.read(sql).rows == ((7, 8),)


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH '{folder}/other.db' AS other",
        "ATTACH 'file:{folder}/new.db?mode=rwc' AS other",
        "VACUUM INTO '{folder}/copy.db'",
        "PRAGMA query_only = 0",
        "PRAGMA table_info(cell)",
        "SELECT * FROM pragma_table_info('cell')",
        "SELECT sql FROM sqlite_master",
        "SELECT sql FROM sqlite_schema",
        "SELECT tbl FROM sqlite_stat1",
        "SELECT load_extension('{folder}/other.db')",
        "SELECT writefile('{folder}/new.txt', 'x')",
        "SELECT readfile('{folder}/other.db')",
        "SELECT fts3_tokenizer('simple')",
        "REINDEX",
        "ANALYZE",
        "SAVEPOINT a",
        "EXPLAIN DELETE FROM cell",
        "SELECT value FROM cell WHERE id = ?",
        "SELECT value FROM cell WHERE id = :id",
    ],
)
def test_the_engine_refuses_what_is_not_a_read_of_tables(cells: Target, tmp_path: Path, sql: str) -> None:
    create_sqlite(tmp_path / "other.db", "CREATE TABLE t (a)")

    with pytest.raises(DataSourceError):
        cells.read(sql.format(folder=tmp_path))

    assert [file.name for file in tmp_path.iterdir()] == ["other.db"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT randomblob(900000000)",
        "SELECT length(zeroblob(2000000000))",
        "SELECT group_concat(printf('%.*c', 900000, 'x')) FROM cell a, cell b, cell c",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r LIMIT 2000)"
        " SELECT count(DISTINCT i || printf('%.*c', 900000, 'x')) FROM r",
    ],
)
def test_memory_is_bounded(cells: Target, sql: str) -> None:
    with pytest.raises((DataSourceError, ResultTooLarge)):
        cells.read(sql, deadline_ms=10_000)


@pytest.fixture
def write_ahead(tmp_path: Path) -> Iterator[Target]:
    """A database in WAL mode whose writer is still connected, as a live application's is."""
    config = create_sqlite(
        tmp_path / "wal.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1);"
    )
    with closing(sqlite3.connect(config.path)) as writer:
        writer.execute("INSERT INTO t VALUES (2)")
        writer.commit()
        yield config


def test_a_live_database_is_read_beside_its_writer(write_ahead: Target) -> None:
    assert write_ahead.read("SELECT a FROM t").rows == ((1,), (2,))


@pytest.mark.parametrize("content", [b"not a database, but long enough to be looked at" * 100, None])
def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "some.db"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    with pytest.raises(DataSourceUnavailable):
        Target("sqlite", ConnectionConfig(path=path)).read("SELECT 1")


def test_a_locked_database_is_unavailable_and_worth_a_retry(tmp_path: Path) -> None:
    config = create_sqlite(tmp_path / "locked.db", "CREATE TABLE t (a)")
    with closing(sqlite3.connect(config.path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")

        with pytest.raises(DataSourceUnavailable) as caught:
            config.read("SELECT a FROM t", deadline_ms=300)

    assert caught.value.retryable


def test_a_relative_path_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="check_file"):
        Target("sqlite", ConnectionConfig(path=Path("some.db"))).read("SELECT 1")
