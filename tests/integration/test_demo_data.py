"""Bean There in a real PostgreSQL: built once at full size, whole, described, and closed to the reading role."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from nl2sql.demo.bean_there.build import SCHEMAS, ForeignSchema, build, grant_read, is_current
from nl2sql.demo.bean_there.generate import ORDERS
from tests.conftest import Connect

UNTIL = date(2026, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A database with a full build, its two roles, and what the build told of its progress."""

    database: str
    owner: str
    reader: str
    messages: tuple[str, ...]


@pytest.fixture(scope="module")
def built(admin_connection: Connect, request: pytest.FixtureRequest) -> Iterator[Built]:
    """Built by a role that owns the database and is no superuser; gone afterwards."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    database = f"test_bean_there_{worker}"
    owner, reader = f"{database}_owner", f"{database}_reader"
    names = {name: sql.Identifier(name) for name in (database, owner, reader)}
    messages: list[str] = []
    with admin_connection("postgres") as admin:
        _clear(admin, names=names, database=database)
        for role in (owner, reader):
            admin.execute(sql.SQL("CREATE ROLE {}").format(names[role]))
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(names[database], names[owner]))
        with _connected_as(admin_connection, database=database, role=owner) as connection:
            build(connection, until=UNTIL, progress=messages.append)
            grant_read(connection, role=reader)
        yield Built(database=database, owner=owner, reader=reader, messages=tuple(messages))
        _clear(admin, names=names, database=database)


@pytest.fixture
def owner(built: Built, admin_connection: Connect) -> Iterator["psycopg.Connection[Any]"]:
    """Whatever a test does as the owner is rolled back."""
    with (
        _connected_as(admin_connection, database=built.database, role=built.owner) as connection,
        connection.transaction(force_rollback=True),
    ):
        yield connection


@pytest.fixture
def reader(built: Built, admin_connection: Connect) -> Iterator["psycopg.Connection[Any]"]:
    with _connected_as(admin_connection, database=built.database, role=built.reader) as connection:
        yield connection


def _connected_as(connect: Connect, *, database: str, role: str) -> "psycopg.Connection[Any]":
    connection = connect(database)
    connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(role)))
    return connection


def _clear(admin: "psycopg.Connection[Any]", *, names: dict[str, sql.Identifier], database: str) -> None:
    """Drop the database, then the roles: what a killed run has left, too."""
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(names[database]))
    for name, identifier in names.items():
        if name != database:
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(identifier))


def _one(connection: "psycopg.Connection[Any]", query: str) -> tuple[object, ...]:
    row: tuple[object, ...] | None = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row


def _relations(connection: "psycopg.Connection[Any]", kind: str) -> list[str]:
    rows = connection.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = %s AND relnamespace = ANY (%s::regnamespace[])",
        [kind, list(SCHEMAS)],
    ).fetchall()
    return sorted(name for (name,) in rows)


def test_tables_and_views_in_two_schemas(owner: "psycopg.Connection[Any]") -> None:
    tables = _relations(owner, "r")
    assert len(tables) == 24
    assert {name.partition(".")[0] for name in tables} == set(SCHEMAS)
    assert _relations(owner, "v") == ["operations.reorder_list", "sales.daily_store_revenue"]
    for name in tables + _relations(owner, "v"):
        assert _one(owner, f"SELECT count(*) > 0 FROM {name}") == (True,), name


def test_orders_number_what_was_asked_for_and_cover_24_months(owner: "psycopg.Connection[Any]") -> None:
    count, months, first, last = _one(
        owner,
        "SELECT count(*), count(DISTINCT date_trunc('month', placed_at AT TIME ZONE 'UTC')), min(placed_at), "
        "max(placed_at) FROM sales.orders",
    )
    assert (count, months) == (ORDERS, 24)
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    assert datetime(2024, 3, 1, tzinfo=UTC) <= first
    assert datetime(2026, 2, 28, tzinfo=UTC) <= last < datetime(2026, 3, 1, tzinfo=UTC)


def test_shapes_a_chain_would_have(owner: "psycopg.Connection[Any]") -> None:
    shares: dict[str, float] = dict(
        owner.execute("SELECT status, count(*) / 120000.0 FROM sales.orders GROUP BY status").fetchall()
    )
    weekdays: dict[int, int] = dict(
        owner.execute("SELECT extract(isodow FROM placed_at)::int, count(*) FROM sales.orders GROUP BY 1").fetchall()
    )
    never, lapsed = _one(
        owner,
        "SELECT count(*) FILTER (WHERE last IS NULL), count(*) FILTER (WHERE last < '2025-12-01') FROM sales.customers "
        "LEFT JOIN (SELECT customer_id, max(placed_at) AS last FROM sales.orders GROUP BY 1) o USING (customer_id)",
    )
    assert set(shares) == {"completed", "cancelled", "refunded"}
    assert shares["completed"] > 0.9
    assert max(weekdays, key=lambda day: weekdays[day]) == 6
    assert isinstance(never, int)
    assert isinstance(lapsed, int)
    assert never > 100
    assert lapsed > 500


def test_keys_are_declared_and_hold(owner: "psycopg.Connection[Any]") -> None:
    keys = owner.execute(
        "SELECT contype::text, convalidated, conrelid::regclass::text FROM pg_constraint "
        "WHERE connamespace = ANY (%s::regnamespace[])",
        [list(SCHEMAS)],
    ).fetchall()
    assert sum(1 for kind, _, _ in keys if kind == "f") == 27
    assert sum(1 for kind, _, _ in keys if kind == "c") > 20
    assert all(validated for _, validated, _ in keys)
    assert sorted(table for kind, _, table in keys if kind == "p") == _relations(owner, "r")


def test_every_foreign_key_has_an_index(owner: "psycopg.Connection[Any]") -> None:
    bare = owner.execute(
        "SELECT conrelid::regclass::text, conkey FROM pg_constraint k WHERE contype = 'f' "
        "AND connamespace = ANY (%s::regnamespace[]) AND NOT EXISTS "
        "(SELECT 1 FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1])",
        [list(SCHEMAS)],
    ).fetchall()
    assert bare == []


def test_all_tables_and_about_half_of_the_columns_are_commented(owner: "psycopg.Connection[Any]") -> None:
    for name in _relations(owner, "r") + _relations(owner, "v"):
        assert _one(owner, f"SELECT obj_description('{name}'::regclass) IS NOT NULL") == (True,), name
    share = owner.execute(
        "SELECT avg((col_description(attrelid, attnum) IS NOT NULL)::int) FROM pg_attribute "
        "JOIN pg_class ON pg_class.oid = attrelid "
        "WHERE relkind = 'r' AND attnum > 0 AND relnamespace = ANY (%s::regnamespace[])",
        [list(SCHEMAS)],
    ).fetchone()
    assert share is not None
    assert 0.45 < share[0] < 0.65


def test_net_revenue_of_the_view_is_that_of_the_documents(owner: "psycopg.Connection[Any]") -> None:
    assert _one(owner, "SELECT sum(net_revenue) FROM sales.daily_store_revenue") == _one(
        owner,
        "SELECT (SELECT sum(total_amount) FROM sales.orders WHERE status <> 'cancelled') "
        "- (SELECT sum(amount) FROM sales.refunds)",
    )


def test_the_reader_reads_everything_and_changes_nothing(reader: "psycopg.Connection[Any]") -> None:
    for name in _relations(reader, "r") + _relations(reader, "v"):
        reader.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(sql.Identifier(*name.split("."))))
    for statement in (
        "INSERT INTO operations.regions VALUES (99, 'Nowhere')",
        "UPDATE sales.orders SET total_amount = 0",
        "DELETE FROM sales.reviews",
        "TRUNCATE sales.reviews",
        "CREATE TABLE sales.mine (id int)",
        "CREATE TABLE operations.mine (id int)",
        "DROP TABLE sales.reviews",
        "COMMENT ON TABLE sales.reviews IS 'mine'",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            reader.execute(statement)


def test_the_reader_holds_exactly_usage_and_select(built: Built, owner: "psycopg.Connection[Any]") -> None:
    on_tables = owner.execute(
        "SELECT c.oid::regclass::text, acl.privilege_type, acl.is_grantable FROM pg_class c, aclexplode(c.relacl) acl "
        "WHERE acl.grantee = %s::regrole",
        [built.reader],
    ).fetchall()
    on_schemas = owner.execute(
        "SELECT nspname, acl.privilege_type, acl.is_grantable FROM pg_namespace, aclexplode(nspacl) acl "
        "WHERE acl.grantee = %s::regrole",
        [built.reader],
    ).fetchall()
    names = sorted(_relations(owner, "r") + _relations(owner, "v"))
    assert sorted(on_tables) == [(name, "SELECT", False) for name in names]
    assert sorted(on_schemas) == [(name, "USAGE", False) for name in sorted(SCHEMAS)]


def test_a_build_is_recognised_by_month_and_size(
    owner: "psycopg.Connection[Any]", reader: "psycopg.Connection[Any]"
) -> None:
    assert is_current(owner, until=UNTIL)
    assert is_current(reader, until=UNTIL)
    assert not is_current(owner, until=date(2026, 4, 1))
    assert not is_current(owner, until=UNTIL, orders=10)


def test_progress_tells_of_the_rows(built: Built, owner: "psycopg.Connection[Any]") -> None:
    assert "Bean There: loading 120,000 rows into sales.orders" in built.messages
    assert len(built.messages) == 2 + len(_relations(owner, "r"))


def test_another_month_replaces_the_build(owner: "psycopg.Connection[Any]") -> None:
    build(owner, until=date(2026, 4, 1), progress=lambda _: None, orders=200)
    assert is_current(owner, until=date(2026, 4, 1), orders=200)
    assert _one(owner, "SELECT count(*), max(placed_at) >= '2026-03-01' FROM sales.orders") == (200, True)


def test_schemas_of_someone_else_are_left_alone(owner: "psycopg.Connection[Any]") -> None:
    owner.execute("DROP SCHEMA sales, operations CASCADE")
    owner.execute("CREATE SCHEMA sales CREATE TABLE ledger (id int)")
    with pytest.raises(ForeignSchema):
        build(owner, until=UNTIL, progress=lambda _: None, orders=200)
    assert _one(owner, "SELECT count(*) FROM sales.ledger") == (0,)
