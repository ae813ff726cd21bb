"""What MySQL's catalogue says of databases with everything that makes one hard to describe."""

import pytest

from schema_index.connectors.base import ColumnName
from schema_index.connectors.mysql_session import Session
from schema_index.schema import Table
from tests.connectors.conftest import Target
from tests.connectors.described import assert_described, column, key
from tests.mariadb import MariadbServer

SCRIPT = """
CREATE DATABASE `Sales ☕`;
CREATE TABLE `Sales ☕`.`Order "x"
``line` (
    `Order Id` bigint, line smallint, `naïve ";--` text, m ENUM('happy', 'it''s', 'sad'), price decimal(10,2)
    COMMENT 'Net, in euro', tags SET('a', 'b'), at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, doc JSON,
    raw varbinary(16), done boolean, due date, clock time, score float, bits bit(4), flag bit(1), made year,
    place point, net decimal(10,2) AS (price / 2) STORED, gross decimal(10,2) AS (price * 2) VIRTUAL,
    PRIMARY KEY (`Order Id`, line)
) COMMENT 'Lines of an order';
CREATE TABLE child (
    id integer AUTO_INCREMENT PRIMARY KEY, b smallint, a bigint, code varchar(20) UNIQUE, part varchar(20),
    parent integer, KEY target (a, b), UNIQUE KEY child_parent (part, code),
    CONSTRAINT own FOREIGN KEY (parent) REFERENCES child (id),
    CONSTRAINT code FOREIGN KEY (a, b) REFERENCES `Sales ☕`.`Order "x"
``line` (`Order Id`, line)
);
CREATE TABLE Child (id integer PRIMARY KEY, child_id integer, FOREIGN KEY (child_id) REFERENCES child (id));
CREATE TABLE event (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (YEAR(day)) (
    PARTITION p1 VALUES LESS THAN (2025), PARTITION p2 VALUES LESS THAN MAXVALUE
);
INSERT INTO event VALUES (1, '2024-01-01'), (2, '2025-01-01'), (3, '2025-01-02');
CREATE TABLE history (id integer PRIMARY KEY) WITH SYSTEM VERSIONING;
CREATE SEQUENCE numbers;
CREATE TABLE passing (id integer, name text);
CREATE VIEW recent AS SELECT id, code AS `Code`, NOW() AS seen FROM child;
CREATE VIEW broken AS SELECT name FROM passing;
ALTER TABLE passing DROP COLUMN name;
CREATE TABLE secret (id integer PRIMARY KEY, token text);
CREATE TABLE partly (id integer PRIMARY KEY, open text, closed varchar(9) UNIQUE, secret_id integer,
    FOREIGN KEY (secret_id) REFERENCES secret (id));
CREATE DATABASE elsewhere;
CREATE TABLE elsewhere.unseen (id integer);
ANALYZE TABLE event;
GRANT SELECT ON `Sales ☕`.* TO reader;
GRANT SELECT ON ugly.child TO reader;
GRANT SELECT ON ugly.Child TO reader;
GRANT SELECT ON ugly.event TO reader;
GRANT SELECT ON ugly.history TO reader;
GRANT SELECT ON ugly.numbers TO reader;
GRANT SELECT ON ugly.passing TO reader;
GRANT SELECT ON ugly.recent TO reader;
GRANT SELECT ON ugly.broken TO reader;
GRANT INSERT ON ugly.secret TO reader;
GRANT SELECT (id, open, secret_id) ON ugly.partly TO reader
"""

LINE = 'Order "x"\n`line'


EXPECTED = [
    Table(
        schema="Sales ☕",
        name=LINE,
        columns=(
            column("Order Id", "bigint(20)", "integer", False),
            column("line", "smallint(6)", "integer", False),
            column('naïve ";--', "text", "text"),
            column("m", "enum('happy','it''s','sad')", "text", enum_values=("happy", "it's", "sad")),
            column("price", "decimal(10,2)", "number", True, "Net, in euro"),
            column("tags", "set('a','b')", "text"),
            column("at", "timestamp", "timestamp", False),
            column("doc", "json", "json"),
            column("raw", "varbinary(16)", "binary"),
            column("done", "tinyint(1)", "boolean"),
            column("due", "date", "date"),
            column("clock", "time", "time"),
            column("score", "float", "number"),
            column("bits", "bit(4)", "integer"),
            column("flag", "bit(1)", "boolean"),
            column("made", "year(4)", "integer"),
            column("place", "point", "other"),
            column("net", "decimal(10,2)", "number", generated=True),
            column("gross", "decimal(10,2)", "number", generated=True),
        ),
        primary_key=("Order Id", "line"),
        comment="Lines of an order",
    ),
    Table(
        schema="ugly",
        name="Child",
        columns=(column("id", "int(11)", "integer", False), column("child_id", "int(11)", "integer")),
        primary_key=("id",),
        foreign_keys=(key(("child_id",), "ugly", "child", ("id",)),),
    ),
    Table(
        schema="ugly",
        name="child",
        columns=(
            column("id", "int(11)", "integer", False, generated=True),
            column("b", "smallint(6)", "integer"),
            column("a", "bigint(20)", "integer"),
            column("code", "varchar(20)", "text"),
            column("part", "varchar(20)", "text"),
            column("parent", "int(11)", "integer"),
        ),
        primary_key=("id",),
        unique_keys=(("code",), ("part", "code")),
        foreign_keys=(
            key(("a", "b"), "Sales ☕", LINE, ("Order Id", "line")),
            key(("parent",), "ugly", "child", ("id",)),
        ),
    ),
    Table(
        schema="ugly",
        name="event",
        columns=(column("id", "bigint(20)", "integer", False), column("day", "date", "date", False)),
        primary_key=("id", "day"),
    ),
    Table(schema="ugly", name="history", columns=(column("id", "int(11)", "integer", False),), primary_key=("id",)),
    Table(
        schema="ugly",
        name="partly",
        columns=(
            column("id", "int(11)", "integer", False),
            column("open", "text", "text"),
            column("secret_id", "int(11)", "integer"),
        ),
        primary_key=("id",),
    ),
    Table(schema="ugly", name="passing", columns=(column("id", "int(11)", "integer"),)),
    Table(
        schema="ugly",
        name="recent",
        kind="view",
        columns=(
            column("id", "int(11)", "integer", False),
            column("Code", "varchar(20)", "text"),
            column("seen", "datetime", "timestamp", False),
        ),
    ),
]
"""As `reader` sees it, who may read neither `secret` nor all of `partly`."""


@pytest.fixture(scope="module")
def ugly(mariadb_server: MariadbServer) -> Target:
    mariadb_server.create_database("ugly", SCRIPT)
    schemas = ("ugly", "Sales*", "elsewhere", "mysql", "information_schema")
    return Target("mysql", mariadb_server.config("ugly", username="reader")).with_config(include_schemas=schemas)


def test_everything_readable_is_described_and_the_rest_is_named(ugly: Target) -> None:
    broken = "The database cannot describe it: something it is made of is missing, damaged or not permitted."

    found = assert_described(
        ugly,
        default_schema="ugly",
        tables=EXPECTED,
        unreadable=[("ugly", "broken", broken), ("ugly", "secret", "The data source's user may not read it.")],
        read=[table.name for table in EXPECTED],
    )

    assert {table.name: table.row_estimate for table in found.tables if table.name in ("event", "recent")} == {
        "event": 3,
        "recent": None,
    }


def test_patterns_choose_what_is_described(ugly: Target) -> None:
    only_sales = ugly.with_config(include_schemas=("Sales*",)).connector.introspect()
    without = ugly.with_config(exclude_schemas=("Sales*",), exclude_tables=("*.s*",)).connector.introspect()
    nothing = ugly.with_config(include_schemas=("nowhere",)).connector.introspect()

    assert [table.qualified_name for table in only_sales.schema.tables] == [f"Sales ☕.{LINE}"]
    assert only_sales.unreadable == ()
    assert [found.name for found in without.unreadable] == ["broken"]
    assert {table.schema for table in without.schema.tables} == {"ugly"}
    assert (nothing.schema.tables, nothing.unreadable) == ((), ())


def test_distinct_values_of_ugly_names_and_enums(ugly: Target, mariadb_server: MariadbServer) -> None:
    mariadb_server.run(
        'INSERT INTO `Sales ☕`.`Order "x"\n``line` (`Order Id`, line, `naïve ";--`, m) VALUES'
        " (1, 1, 'b', 'sad'), (1, 2, REPEAT('long', 60), 'happy'), (1, 3, NULL, 'it''s')"
    )
    connector = ugly.connector

    def values(name: str) -> list[str] | None:
        (found,) = connector.vocabularies([ColumnName(schema="Sales ☕", table=LINE, column=name)], limit=10)
        return found

    assert values('naïve ";--') == ["b"]
    assert values("m") == ["happy", "it's", "sad"]


def test_many_relations_take_no_query_each(mariadb_server: MariadbServer, monkeypatch: pytest.MonkeyPatch) -> None:
    many = ";".join(
        f"CREATE TABLE t{place} (id int PRIMARY KEY) ENGINE = MyISAM; CREATE VIEW v{place} AS SELECT * FROM t{place}"
        for place in range(20)
    )
    target = Target("mysql", mariadb_server.create_database("many", many)).with_config(include_schemas=("many",))
    queries: list[str] = []
    rows = Session.rows

    def counted(session: Session, query: str, parameters: object = None) -> list[tuple[object, ...]]:
        queries.append(query)
        return rows(session, query, parameters)

    monkeypatch.setattr(Session, "rows", counted)

    found = target.connector.introspect()

    assert len(found.schema.tables) == 40
    assert len([query for query in queries if "information_schema" in query]) == 5
