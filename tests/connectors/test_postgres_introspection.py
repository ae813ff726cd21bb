"""What the catalogue says of a database with everything that makes one hard to describe."""

import time

import pytest

from schema_index.connectors.base import ColumnName
from schema_index.schema import Table
from tests.connectors.conftest import PostgresServer, Target
from tests.connectors.described import assert_described, column, key

SCRIPT = """
CREATE SCHEMA "Sales ☕";
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TYPE pair AS (a integer, b text);
CREATE DOMAIN "E-Mail" AS varchar(200) NOT NULL;
CREATE TABLE "Sales ☕"."Order ""x""
line" (
    "Order Id" bigint, line smallint, "naïve "";--" text, m mood, p pair, price numeric(10,2), paid money, tags text[],
    at timestamptz NOT NULL, doc jsonb, raw bytea, mail "E-Mail", done boolean, due date, clock time, score real,
    PRIMARY KEY ("Order Id", line)
);
COMMENT ON TABLE "Sales ☕"."Order ""x""
line" IS 'Lines of an order';
COMMENT ON COLUMN "Sales ☕"."Order ""x""
line".price IS 'Net, in euro';
CREATE DOMAIN feeling AS mood;
CREATE TABLE child (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b smallint, a bigint, code text UNIQUE, part text, other text,
    felt feeling, twice integer GENERATED ALWAYS AS (b * 2) STORED,
    parent integer REFERENCES child,
    FOREIGN KEY (a, b) REFERENCES "Sales ☕"."Order ""x""
line" ("Order Id", line)
);
CREATE UNIQUE INDEX ON child (part, code);
CREATE UNIQUE INDEX ON child (part) WHERE part <> '';
CREATE UNIQUE INDEX ON child (lower(other));
ALTER TABLE child DROP COLUMN other;
CREATE TABLE event (id bigint, day date, child_id integer REFERENCES child, PRIMARY KEY (id, day))
    PARTITION BY RANGE (day);
CREATE TABLE event_2025 PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
CREATE TABLE event_2025_1 PARTITION OF event_2025 FOR VALUES IN (1);
CREATE TABLE log (event_id bigint, day date, FOREIGN KEY (event_id, day) REFERENCES event);
CREATE VIEW recent AS SELECT id, code AS "Code", now() AS seen FROM child;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM child;
CREATE TABLE empty_table ();
CREATE TABLE secret (id integer PRIMARY KEY, token text);
CREATE TABLE partly (id integer PRIMARY KEY, open text, closed text UNIQUE, secret_id integer REFERENCES secret);
"""

LINE = 'Order "x"\nline'


EXPECTED = [
    Table(
        schema="Sales ☕",
        name=LINE,
        columns=(
            column("Order Id", "bigint", "integer", False),
            column("line", "smallint", "integer", False),
            column('naïve ";--', "text", "text"),
            column("m", "mood", "text", enum_values=("happy", "sad")),
            column("p", "pair", "other"),
            column("price", "numeric(10,2)", "number", True, "Net, in euro"),
            column("paid", "money", "other"),
            column("tags", "text[]", "other"),
            column("at", "timestamp with time zone", "timestamp", False),
            column("doc", "jsonb", "json"),
            column("raw", "bytea", "binary"),
            column("mail", '"E-Mail"', "text", False),
            column("done", "boolean", "boolean"),
            column("due", "date", "date"),
            column("clock", "time without time zone", "time"),
            column("score", "real", "number"),
        ),
        primary_key=("Order Id", "line"),
        comment="Lines of an order",
    ),
    Table(
        schema="public",
        name="child",
        columns=(
            column("id", "integer", "integer", False, generated=True),
            column("b", "smallint", "integer"),
            column("a", "bigint", "integer"),
            column("code", "text", "text"),
            column("part", "text", "text"),
            column("felt", "feeling", "text", enum_values=("happy", "sad")),
            column("twice", "integer", "integer", generated=True),
            column("parent", "integer", "integer"),
        ),
        primary_key=("id",),
        unique_keys=(("code",), ("part", "code")),
        foreign_keys=(
            key(("a", "b"), "Sales ☕", LINE, ("Order Id", "line")),
            key(("parent",), "public", "child", ("id",)),
        ),
    ),
    Table(schema="public", name="empty_table", columns=()),
    Table(
        schema="public",
        name="event",
        columns=(
            column("id", "bigint", "integer", False),
            column("day", "date", "date", False),
            column("child_id", "integer", "integer"),
        ),
        primary_key=("id", "day"),
        foreign_keys=(key(("child_id",), "public", "child", ("id",)),),
    ),
    Table(
        schema="public",
        name="log",
        columns=(column("event_id", "bigint", "integer"), column("day", "date", "date")),
        foreign_keys=(key(("event_id", "day"), "public", "event", ("id", "day")),),
    ),
    Table(
        schema="public",
        name="partly",
        columns=(column("id", "integer", "integer", False), column("open", "text", "text")),
        primary_key=("id",),
    ),
    Table(
        schema="public",
        name="recent",
        kind="view",
        columns=(
            column("id", "integer", "integer"),
            column("Code", "text", "text"),
            column("seen", "timestamp with time zone", "timestamp"),
        ),
    ),
    Table(schema="public", name="totals", kind="materialized_view", columns=(column("n", "bigint", "integer"),)),
]
"""As `reader` sees it, who may read neither `secret` nor all of `partly`."""

FORBIDDEN = "The data source's user may not read it."


@pytest.fixture(scope="module")
def ugly(postgres_server: PostgresServer) -> Target:
    postgres_server.create_database("ugly", SCRIPT)
    postgres_server.run(
        """
        GRANT USAGE ON SCHEMA "Sales ☕" TO reader;
        GRANT SELECT ON ALL TABLES IN SCHEMA public, "Sales ☕" TO reader;
        REVOKE SELECT ON secret, partly FROM reader;
        GRANT SELECT (id, open) ON partly TO reader;
        CREATE SCHEMA hidden CREATE TABLE treasure (id integer);
        """,
        database="ugly",
    )
    return postgres_server.target("ugly", username="reader")


def test_everything_readable_is_described_and_the_rest_is_named(ugly: Target) -> None:
    assert_described(
        ugly,
        default_schema="public",
        tables=EXPECTED,
        unreadable=[("hidden", "treasure", FORBIDDEN), ("public", "secret", FORBIDDEN)],
        read=[table.name for table in EXPECTED],
    )


def test_schema_patterns_choose_what_is_described(ugly: Target) -> None:
    only_sales = ugly.with_config(include_schemas=("Sales*",)).connector.introspect()
    without_hidden = ugly.with_config(exclude_schemas=("hid*",)).connector.introspect()

    assert [table.qualified_name for table in only_sales.schema.tables] == [f"Sales ☕.{LINE}"]
    assert only_sales.unreadable == ()
    assert [found.name for found in without_hidden.unreadable] == ["secret"]


def test_table_patterns_choose_by_schema_and_name(ugly: Target) -> None:
    target = ugly.with_config(include_tables=("public.*",), exclude_tables=("*.e*", "*.secret"))

    found = target.connector.introspect()

    assert [table.name for table in found.schema.tables] == ["child", "log", "partly", "recent", "totals"]
    assert found.unreadable == ()


def test_rows_are_estimated_where_the_engine_has_counted(postgres_server: PostgresServer) -> None:
    script = """
    CREATE TABLE counted AS SELECT generate_series(1, 300) AS id;
    CREATE TABLE fresh (id integer);
    CREATE TABLE parts (id integer) PARTITION BY RANGE (id);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
    CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (100) TO (200);
    INSERT INTO parts SELECT generate_series(50, 149);
    CREATE VIEW seen AS SELECT * FROM counted;
    ANALYZE counted, parts_1, parts_2;
    """
    found = postgres_server.create_database("estimates", script).connector.introspect()

    assert {table.name: table.row_estimate for table in found.schema.tables} == {
        "counted": 300,
        "fresh": None,
        "parts": 100,
        "seen": None,
    }


def test_distinct_values_of_ugly_names_and_enums(ugly: Target, postgres_server: PostgresServer) -> None:
    postgres_server.run(
        'INSERT INTO "Sales ☕"."Order ""x""\nline" VALUES'
        " (1, 1, 'b', 'sad', null, 0, 0, null, now(), null, null, 'x'),"
        " (1, 2, repeat('long', 60), 'happy', null, 0, 0, null, now(), null, null, 'x')",
        database="ugly",
    )
    connector = ugly.connector

    def values(name: str) -> list[str] | None:
        (found,) = connector.vocabularies([ColumnName(schema="Sales ☕", table=LINE, column=name)], limit=10)
        return found

    assert values('naïve ";--') == ["b"]
    assert values("m") == ["happy", "sad"]


def test_many_relations_take_no_query_each(postgres_server: PostgresServer) -> None:
    many = """
    DO $$ BEGIN FOR i IN 1..400 LOOP
        EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, name text)', i);
        EXECUTE format('CREATE VIEW v%s AS SELECT * FROM t%s', i, i);
    END LOOP; END $$
    """
    target = postgres_server.create_database("many", many)
    started = time.monotonic()

    found = target.connector.introspect()

    assert len(found.schema.tables) == 800
    # A tenth of a second on an idle machine; five queries a relation would be 4,000 of them.
    assert time.monotonic() - started < 1.5
