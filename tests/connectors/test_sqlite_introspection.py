"""What SQLite says of itself: free-text types, keys that dangle, views that broke, virtual tables."""

from pathlib import Path

import pytest

from schema_index.connectors.base import Introspection
from schema_index.schema import DatabaseSchema, Table
from tests.connectors.conftest import Target, create_sqlite
from tests.connectors.described import assert_described, column, key

SCRIPT = """
CREATE TABLE "Order ""x""
line" ("Order Id" INTEGER, line INT, "na)me" VARCHAR(20), "a,b" DECIMAL(10,2), at DATETIME NOT NULL, day DATE,
    ok BOOLEAN, doc JSON, raw BLOB, span INTERVAL, PRIMARY KEY ("Order Id", line), UNIQUE ("a,b", day));
CREATE TABLE child (id INTEGER PRIMARY KEY, A INT, b INT, parent INT REFERENCES CHILD, lost INT REFERENCES nowhere(id),
    code TEXT UNIQUE, part TEXT, twice INT GENERATED ALWAYS AS (b * 2) STORED,
    CONSTRAINT "fk, (odd" FOREIGN KEY (a, B) REFERENCES "Order ""x""
line" ("order id", line));
CREATE UNIQUE INDEX partial ON child (part) WHERE part <> '';
CREATE UNIQUE INDEX expression ON child (lower(part));
INSERT INTO child (id, b, part) VALUES (1, 2, 'x');
CREATE VIEW totals AS SELECT count(*) AS n, avg(b) AS mean, max(part) AS last, b AS b, null AS "nothing" FROM child;
CREATE VIEW broken AS SELECT * FROM gone;
CREATE VIEW slow AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) AS n FROM r;
CREATE VIRTUAL TABLE search USING fts5(title, body);
INSERT INTO search VALUES ('Tea', 'leaves');
CREATE TABLE "☕ sqlite" (x);
ANALYZE;
"""

LINE = 'Order "x"\nline'


EXPECTED = [
    Table(
        schema="main",
        name=LINE,
        columns=(
            column("Order Id", "INTEGER", "integer", False),
            column("line", "INT", "integer", False),
            column("na)me", "VARCHAR(20)", "text"),
            column("a,b", "DECIMAL(10,2)", "number"),
            column("at", "DATETIME", "timestamp", False),
            column("day", "DATE", "date"),
            column("ok", "BOOLEAN", "boolean"),
            column("doc", "JSON", "json"),
            column("raw", "BLOB", "binary"),
            column("span", "INTERVAL", "other"),
        ),
        primary_key=("Order Id", "line"),
        unique_keys=(("a,b", "day"),),
    ),
    Table(
        schema="main",
        name="child",
        columns=(
            column("id", "INTEGER", "integer", False),
            column("A", "INT", "integer"),
            column("b", "INT", "integer"),
            column("parent", "INT", "integer"),
            column("lost", "INT", "integer"),
            column("code", "TEXT", "text"),
            column("part", "TEXT", "text"),
            column("twice", "INT", "integer", generated=True),
        ),
        primary_key=("id",),
        unique_keys=(("code",),),
        foreign_keys=(
            key(("A", "b"), "main", LINE, ("Order Id", "line")),
            key(("parent",), "main", "child", ("id",)),
        ),
    ),
    Table(schema="main", name="search", columns=(column("title", "", "text"), column("body", "", "text"))),
    Table(schema="main", name="slow", kind="view", columns=(column("n", "", "other"),)),
    Table(
        schema="main",
        name="totals",
        kind="view",
        columns=(
            column("n", "", "integer"),
            column("mean", "", "number"),
            column("last", "", "text"),
            column("b", "INT", "integer"),
            column("nothing", "", "other"),
        ),
    ),
    Table(schema="main", name="☕ sqlite", columns=(column("x", "", "other"),)),
]

BROKEN = "The database cannot describe it; a view may name something that no longer exists."


@pytest.fixture(scope="module")
def ugly(tmp_path_factory: pytest.TempPathFactory) -> Target:
    return create_sqlite(tmp_path_factory.mktemp("ugly") / "what?a#name%20 ☕.db", SCRIPT)


def test_everything_readable_is_described_and_the_rest_is_named(ugly: Target) -> None:
    found = assert_described(
        ugly,
        default_schema="main",
        tables=EXPECTED,
        unreadable=[("main", "broken", BROKEN)],
        read=[LINE, "broken", "child", "search", "slow", "totals", "☕ sqlite"],
    )

    assert {table.name: table.row_estimate for table in found.tables if table.row_estimate} == {"child": 1}


def test_table_patterns_choose_what_is_described(ugly: Target) -> None:
    config = ugly.with_config(include_tables=("main.*s*", "main.b*"), exclude_tables=("*.s[el]*",))

    found = config.connector.introspect()

    assert [table.name for table in found.schema.tables] == ["totals", "☕ sqlite"]
    assert [one.name for one in found.unreadable] == ["broken"]


def test_two_syncs_of_one_file_are_equal(ugly: Target) -> None:
    first, second = (ugly.connector.introspect() for _ in range(2))

    assert first.schema.fingerprint == second.schema.fingerprint


def test_an_empty_file_has_no_tables(tmp_path: Path) -> None:
    config = create_sqlite(tmp_path / "empty.db", "")

    assert config.connector.introspect() == Introspection(schema=DatabaseSchema.of("sqlite", "main", []))
