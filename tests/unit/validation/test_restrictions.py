"""Row rules, masks and aggregate-only columns: what is bound runs as if the rest of the data did not exist."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from nl2sql.dialects.registry import DIALECTS
from nl2sql.validation.judge import judge
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted, Rejected
from schema_index.access.policy import Access, access_of, policy_from_json
from schema_index.schema import Column, DatabaseSchema, Dialect
from tenants.attributes import AttributeValue
from tests.unit.validation.shop import shop

RULE = "city = attribute('city') OR city IN (SELECT status FROM orders WHERE status = attribute('city'))"

ROWS = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT, created_at TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, status TEXT, total INTEGER, ordered_at TEXT);
CREATE TABLE order_items (
    id INTEGER PRIMARY KEY, order_id INTEGER, product_id INTEGER, quantity INTEGER, unit_price INTEGER
);
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, category TEXT, price INTEGER);
INSERT INTO customers VALUES (1, 'Ada', 'Lyon', '2025'), (2, 'Ben', 'Turin', '2025'), (3, 'Cleo', 'Lyon', '2026');
INSERT INTO orders VALUES (1, 1, 'paid', 20, '2026-01'), (2, 1, 'paid', 30, '2026-02'), (3, 2, 'open', 5, '2026-02'),
    (4, 3, 'paid', 45, '2026-03'), (5, 2, 'paid', 7, '2026-03'), (6, 3, 'open', 9, '2026-03');
INSERT INTO order_items VALUES (1, 1, 1, 2, 3), (2, 2, 1, 1, 3), (3, 3, 2, 9, 1), (4, 4, 2, 5, 1);
INSERT INTO products VALUES (1, 'Bolt', 'Iron', 3), (2, 'Nut', 'Iron', 1);
"""

QUERIES = [
    "SELECT * FROM customers",
    "SELECT name, city FROM customers ORDER BY name DESC",
    "SELECT c.city, count(*) FROM customers c GROUP BY c.city",
    "SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id ORDER BY o.id",
    "SELECT c.name, o.total FROM orders o LEFT JOIN customers c ON o.customer_id = c.id ORDER BY o.id",
    "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > 10)",
    "SELECT count(*) FROM orders o WHERE EXISTS (SELECT 1 FROM customers WHERE customers.id = o.customer_id)",
    "WITH c AS (SELECT * FROM customers) SELECT name, count(*) FROM c, orders WHERE customer_id = c.id GROUP BY 1",
    "WITH customers AS (SELECT id AS n FROM orders) SELECT sum(n) FROM customers",
    "SELECT name FROM customers UNION ALL SELECT name FROM products ORDER BY 1",
    "SELECT id FROM orders EXCEPT SELECT id FROM customers ORDER BY 1",
    "SELECT a.name, b.name FROM customers a JOIN customers b ON a.city = b.city AND a.id < b.id",
    "SELECT name, (SELECT max(total) FROM orders WHERE customer_id = customers.id) FROM customers ORDER BY 1",
    "SELECT x.n FROM (SELECT count(*) AS n, city FROM customers GROUP BY city) AS x ORDER BY 1",
    "SELECT name, row_number() OVER (ORDER BY name) FROM customers",
]


def access(dialect: Dialect, **document: object) -> Access:
    return access_of(policy_from_json(document), _typed(shop(dialect)))


def _typed(schema: DatabaseSchema) -> DatabaseSchema:
    def column(one: Column) -> Column:
        return replace(one, type="integer", kind="integer") if one.name in {"id", "total"} else one

    tables = tuple(replace(table, columns=tuple(map(column, table.columns))) for table in schema.tables)
    return replace(schema, tables=tables)


def restricted(sql: str, access: Access, **attributes: AttributeValue) -> Accepted | Rejected:
    return judge(sql, access=access, attributes=attributes, row_limit=100)


def accepted(sql: str, access: Access, **attributes: AttributeValue) -> Accepted:
    verdict = restricted(sql, access, **attributes)
    assert isinstance(verdict, Accepted), verdict
    return verdict


def codes(verdict: Accepted | Rejected) -> set[str]:
    assert isinstance(verdict, Rejected), verdict
    return {violation.code for violation in verdict.violations}


@pytest.fixture
def everything() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(ROWS)
        yield connection


@pytest.fixture
def allowed(everything: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The same database as if only what the policy lets through had ever been stored."""
    with closing(sqlite3.connect(":memory:")) as connection:
        everything.backup(connection)
        connection.execute("DELETE FROM customers WHERE city <> 'Lyon'")
        connection.execute("UPDATE customers SET created_at = '***'")
        yield connection


@pytest.mark.parametrize("sql", QUERIES)
def test_a_bound_statement_gives_what_the_plain_one_gives_where_the_rest_never_was(
    sql: str, everything: sqlite3.Connection, allowed: sqlite3.Connection
) -> None:
    rules = access("sqlite", row_rules={"main.customers": RULE}, columns={"*.customers.created_at": "masked"})
    plain = validate(sql, schema=rules.visible, row_limit=100)
    assert isinstance(plain, Accepted)
    bound = accepted(sql, rules, city="Lyon")
    assert everything.execute(bound.sql).fetchall() == allowed.execute(plain.sql).fetchall()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_reference_is_bound_and_the_text_passes_the_guard_as_it_stands(dialect: Dialect) -> None:
    rules = access(dialect, row_rules={f"{shop(dialect).default_schema}.customers": "city = attribute('city')"})
    for sql in QUERIES:
        bound = accepted(sql, rules, city="it's")
        again = validate(bound.sql, schema=rules.whole, row_limit=100)
        assert isinstance(again, Accepted)
        assert again.sql == bound.sql
        stored = f"{_quote(dialect, rules.whole.default_schema)}.{_quote(dialect, 'customers')}"
        assert bound.sql.count("it''s") == bound.sql.count(stored)


def _quote(dialect: Dialect, name: str) -> str:
    return f"`{name}`" if dialect == "mysql" else f'"{name}"'


def test_what_is_not_restricted_stays_as_it_is() -> None:
    rules = access("postgres", row_rules={"public.customers": "city = 'Lyon'"})
    plain = validate("SELECT id FROM orders", schema=rules.visible, row_limit=100)
    assert restricted("SELECT id FROM orders", rules) == plain


def test_the_verdict_names_what_was_limited_and_masked() -> None:
    rules = access(
        "postgres", row_rules={"public.customers": "city = 'Lyon'"}, columns={"public.customers.name": "masked"}
    )
    verdict = accepted("SELECT c.name, o.id FROM customers c JOIN orders o ON o.customer_id = c.id", rules)
    assert verdict.limited_tables == ("public.customers",)
    assert verdict.limited_columns == {"public.customers.name": "masked"}
    assert verdict.tables == ("public.customers", "public.orders")


@pytest.mark.parametrize("attributes", [{}, {"city": ()}, {"town": "Lyon"}, {"city": ("Lyon", "Turin")}])
def test_who_is_unknown_sees_no_row(attributes: dict[str, AttributeValue], everything: sqlite3.Connection) -> None:
    rules = access("sqlite", row_rules={"main.customers": "city = attribute('city')"})
    bound = accepted("SELECT name FROM customers", rules, **attributes)
    assert everything.execute(bound.sql).fetchall() == []


def test_a_list_of_values_fits_in(everything: sqlite3.Connection) -> None:
    rules = access("sqlite", row_rules={"main.customers": "id IN (attribute('ids')) AND city <> 'x'"})
    bound = accepted("SELECT name FROM customers ORDER BY 1", rules, ids=(2, -3, 3))
    assert everything.execute(bound.sql).fetchall() == [("Ben",), ("Cleo",)]


def test_an_attribute_is_a_value_whatever_it_says(everything: sqlite3.Connection) -> None:
    rules = access("sqlite", row_rules={"main.customers": "city = attribute('city')"})
    bound = accepted("SELECT name FROM customers", rules, city="x' OR '1'='1")
    assert everything.execute(bound.sql).fetchall() == []


@pytest.mark.parametrize(
    "rule",
    [
        "city = ",
        "no_such_column = 1",
        "1=1) LIMIT 5 --",
        "1=1) UNION SELECT 1 FROM customers WHERE (1=1",
        "pg_sleep(1) IS NULL",
        "city = attribute(name)",
        "true; DELETE FROM customers",
    ],
)
def test_a_rule_that_is_none_lets_nothing_through(rule: str) -> None:
    rules = access("postgres", row_rules={"public.customers": rule})
    verdict = restricted("SELECT name FROM customers", rules, city="Lyon")
    assert isinstance(verdict, Rejected) or "WHERE FALSE" in verdict.sql


def test_a_rule_may_use_a_hidden_column_and_the_statement_may_not() -> None:
    rules = access(
        "postgres", row_rules={"public.customers": "city = 'Lyon'"}, columns={"public.customers.city": "hidden"}
    )
    assert "'Lyon'" in accepted("SELECT name FROM customers", rules).sql
    assert codes(restricted("SELECT name FROM customers WHERE city = 'x'", rules)) == {"unknown_column"}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT total FROM orders",
        "SELECT * FROM orders",
        "SELECT max(total) FROM orders",
        "SELECT sum(total + 0) FROM orders",
        "SELECT sum(CASE WHEN id = 7 THEN total END) FROM orders",
        "SELECT sum(total) OVER (PARTITION BY id) FROM orders",
        "SELECT id FROM orders WHERE total > 10",
        "SELECT id FROM orders ORDER BY total",
        "SELECT count(*) FROM orders GROUP BY total",
        "SELECT count(*) FROM orders a JOIN orders b ON a.total = b.total",
        "SELECT sum(t) FROM (SELECT total AS t FROM orders WHERE id = 7) AS x",
        "SELECT id FROM orders o WHERE 5 < (SELECT sum(o.total) FROM customers c WHERE c.id = o.customer_id)",
        "WITH x AS (SELECT * FROM orders) SELECT avg(total) FROM x",
        "SELECT count(*) FROM orders HAVING min(total) > 5",
    ],
)
def test_one_rows_value_cannot_be_had(dialect: Dialect, sql: str) -> None:
    rules = access(dialect, columns={"*.orders.total": "aggregate_only"})
    assert "aggregate_only" in codes(restricted(sql, rules))


def test_groups_of_few_rows_are_left_out_however_they_are_multiplied(everything: sqlite3.Connection) -> None:
    rules = access("sqlite", columns={"*.orders.total": "aggregate_only"}, min_group=3)

    def rows(sql: str) -> list[tuple[object, ...]]:
        return everything.execute(accepted(sql, rules).sql).fetchall()

    assert rows("SELECT status, sum(total) FROM orders GROUP BY status") == [("paid", 102)]
    assert rows("SELECT status, avg(total) FROM orders GROUP BY status HAVING sum(total) > 1000") == []
    assert rows("SELECT sum(total) FROM orders WHERE id = 4") == []
    assert rows("SELECT sum(o.total) FROM orders o, products p WHERE o.id = 4 AND p.id > 0") == []
    assert rows("SELECT count(DISTINCT total) FROM orders") == [(6,)]


def test_no_row_may_outweigh_the_others(everything: sqlite3.Connection) -> None:
    rules = access("sqlite", columns={"*.orders.total": "aggregate_only"}, min_group=3)

    def rows(sql: str) -> list[tuple[object, ...]]:
        return everything.execute(accepted(sql, rules).sql).fetchall()

    assert rows("SELECT sum(o.total) FROM orders o JOIN customers c ON c.id = o.customer_id") == [(116,)]
    repeated = "SELECT sum(o.total) FROM orders o JOIN customers c ON c.id = o.customer_id OR o.id = 4"
    assert rows(repeated) == []


def test_a_group_of_few_values_is_left_out(everything: sqlite3.Connection) -> None:
    rules = access("sqlite", columns={"*.orders.total": "aggregate_only"}, min_group=3)
    everything.execute("UPDATE orders SET total = NULL WHERE id > 2")
    assert everything.execute(accepted("SELECT sum(total) FROM orders", rules).sql).fetchall() == []


def test_masked_columns_join_nothing_and_give_nothing(everything: sqlite3.Connection) -> None:
    rules = access("sqlite", columns={"*.customers.city": "masked", "*.orders.total": "masked"})
    sql = "SELECT c.name, c.city, o.total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.city = 'Lyon'"
    assert everything.execute(accepted(sql, rules).sql).fetchall() == []
    rows = everything.execute(accepted("SELECT city, total FROM customers, orders WHERE orders.id = 1", rules).sql)
    assert set(rows.fetchall()) == {("***", None)}


def test_a_join_in_parentheses_may_not_begin_with_a_limited_table() -> None:
    rules = access("postgres", row_rules={"public.customers": "city = 'Lyon'"})
    sql = "SELECT o.id FROM orders AS o LEFT JOIN ({}) ON true"
    assert codes(restricted(sql.format("customers AS c JOIN products AS p ON p.name = c.name"), rules)) == {
        "forbidden_join"
    }
    assert "'Lyon'" in accepted(sql.format("products AS p JOIN customers AS c ON p.name = c.name"), rules).sql


def test_what_cannot_be_bound_tells_nothing_of_the_policy() -> None:
    for rule in ("secret_column = 1", "city = (SELECT no_such FROM customers)"):
        verdict = restricted("SELECT name FROM customers", access("postgres", row_rules={"public.customers": rule}))
        assert isinstance(verdict, Rejected)
        assert "secret" not in str(verdict)
        assert "no_such" not in str(verdict)
    rules = access("postgres", row_rules={"public.customers": "city = 'Lyon'"})
    assert accepted("SELECT name FROM customers", rules).shown == accepted("SELECT name FROM customers", rules).stated
    assert "Lyon" not in accepted("SELECT name FROM customers", rules).shown
