"""The role that `grants` prints reads what is shown and can do nothing else, on a real PostgreSQL."""

from dataclasses import replace

import psycopg
import pytest

from schema_index.connectors.base import DataSourceError
from schema_index.connectors.reader_role import PLACEHOLDER
from schema_index.grants import grants
from schema_index.schema import Column, DatabaseSchema, Table
from tests.connectors.conftest import PostgresServer, Target

SCRIPT = """
CREATE TABLE people (id integer PRIMARY KEY, "na""me" text, email text);
CREATE TABLE secrets (token text);
CREATE TABLE visits (id integer);
INSERT INTO people VALUES (1, 'Ada', 'ada@example.com');
"""

ROLE = 'rea"der of grants'


def _visible(schema: DatabaseSchema) -> DatabaseSchema:
    def allows(table: Table, column: Column | None) -> bool:
        return table.name != "secrets" and (column is None or column.name != "email")

    return schema.visible(allows=allows)


@pytest.fixture(scope="module")
def reader(postgres_server: PostgresServer) -> Target:
    owner = postgres_server.create_database("granted", SCRIPT)
    whole = owner.connector.introspect().schema
    text = grants(_visible(whole), whole=whole, role=ROLE, database="granted")
    postgres_server.run(text, database="granted")
    return owner.with_config(username=ROLE, password=PLACEHOLDER)


def test_the_role_reads_what_is_shown(reader: Target) -> None:
    assert reader.read('SELECT id, "na""me" FROM people').rows == ((1, "Ada"),)
    assert reader.read("SELECT count(*) FROM visits").rows == ((0,),)


@pytest.mark.parametrize(
    "sql",
    ["SELECT email FROM people", "SELECT * FROM people", "SELECT token FROM secrets", "SELECT people FROM people"],
)
def test_the_engine_itself_refuses_the_rest(reader: Target, sql: str) -> None:
    with pytest.raises(DataSourceError) as caught:
        reader.read(sql)
    assert caught.value.details["sqlstate"] == "42501"


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("INSERT INTO visits VALUES (1)", "42501"),
        ("CREATE TEMPORARY TABLE mine (id integer)", "42501"),
        ("CREATE TABLE mine (id integer)", "42501"),
        ("DELETE FROM people", "42501"),
    ],
)
def test_it_writes_nothing_even_in_a_session_of_its_own(
    reader: Target, postgres_server: PostgresServer, sql: str, sqlstate: str
) -> None:
    # Rights are asked for as themselves here: the connector's own session is read-only anyway.
    with pytest.raises(psycopg.Error) as caught:
        postgres_server.run(f'SET SESSION AUTHORIZATION "rea""der of grants"; {sql}', database="granted")
    assert caught.value.sqlstate == sqlstate


def test_such_a_role_has_no_right_too_many_and_an_owner_has(reader: Target, postgres_server: PostgresServer) -> None:
    assert reader.connector.excess_rights() == ()
    owner = postgres_server.target("granted").connector.excess_rights()
    assert "may write to 3 tables" in owner
    assert any("owns 3 tables" in words for words in owner)


def test_mysql_gets_a_user_and_files_an_advice() -> None:
    column = Column(name="id", type="int", kind="integer")
    people = Table(schema="shop", name="pe`ople", columns=(column, Column(name="email", type="text", kind="text")))
    whole = DatabaseSchema.of("mysql", "shop", [people])
    printed = grants(_visible(whole), whole=whole, role="it's", database="shop")
    assert "GRANT SELECT (`id`) ON `shop`.`pe``ople` TO 'it''s'@'%';" in printed.splitlines()
    assert "CREATE USER 'it''s'@'%'" in printed
    files = replace(whole, dialect="sqlite")
    assert "chmod" in grants(files, whole=files, role="x", database="x")
