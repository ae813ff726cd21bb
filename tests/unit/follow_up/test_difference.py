"""Two statements in, what changed between them in words out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nl2sql.follow_up.difference import OTHERWISE, SAME, difference
from nl2sql.trust.statement import Statement, read_statement
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted
from schema_index.schema import Column, DatabaseSchema, Table

ROW_LIMIT = 100
SCHEMA = DatabaseSchema.of(
    "postgres",
    "public",
    [
        Table(
            schema="public",
            name="orders",
            primary_key=("id",),
            columns=(
                Column(name="id", type="integer", kind="integer"),
                Column(name="city", type="text", kind="text"),
                Column(name="total", type="numeric", kind="number"),
                Column(name="day", type="date", kind="date"),
            ),
        ),
        Table(
            schema="public",
            name="refunds",
            columns=(
                Column(name="order_id", type="integer", kind="integer"),
                Column(name="amount", type="numeric", kind="number"),
            ),
        ),
    ],
)
BY_CITY = "SELECT city, SUM(total) AS revenue FROM orders WHERE day >= '2025-01-01' GROUP BY city"


def statement(sql: str) -> Statement:
    verdict = validate(sql, schema=SCHEMA, row_limit=ROW_LIMIT)
    assert isinstance(verdict, Accepted), verdict
    return read_statement(verdict.shown, schema=SCHEMA)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (BY_CITY, BY_CITY, [SAME]),
        (BY_CITY, BY_CITY + " LIMIT 1000", [SAME]),
        (BY_CITY, BY_CITY.replace("orders", "orders AS o").replace("SUM(total)", "SUM(o.total)"), [OTHERWISE]),
        (
            BY_CITY,
            BY_CITY.replace("2025", "2026"),
            ["filter changed: orders.day is at least “2025-01-01”, now orders.day is at least “2026-01-01”"],
        ),
        (
            BY_CITY,
            BY_CITY.replace(" WHERE day >= '2025-01-01'", ""),
            ["filter removed: orders.day is at least “2025-01-01”"],
        ),
        (
            BY_CITY,
            BY_CITY.replace(" GROUP", " AND city = 'Lyon' AND total > 5 GROUP"),
            ["filter added: orders.city is “Lyon”", "filter added: orders.total is more than 5"],
        ),
        (
            BY_CITY,
            BY_CITY.replace("SELECT city", "SELECT DATE_TRUNC('month', day) AS month").replace("BY city", "BY 1"),
            [
                "column added: DATE_TRUNC('MONTH', orders.day)",
                "column removed: orders.city",
                "grouping changed: grouped by DATE_TRUNC('MONTH', orders.day) instead of orders.city",
            ],
        ),
        (
            BY_CITY,
            "SELECT SUM(total) AS revenue FROM orders WHERE day >= '2025-01-01'",
            ["column removed: orders.city", "no longer grouped by orders.city"],
        ),
        (
            BY_CITY,
            BY_CITY + " ORDER BY revenue DESC LIMIT 5",
            ["ordered by SUM(orders.total) descending", "limited to 5 rows"],
        ),
        (
            BY_CITY + " ORDER BY revenue DESC LIMIT 5",
            BY_CITY + " ORDER BY city LIMIT 3 OFFSET 3",
            [
                "order changed: ordered by orders.city instead of SUM(orders.total) descending",
                "limited to 3 rows instead of 5",
                "the first 3 rows are skipped",
            ],
        ),
        (BY_CITY, BY_CITY.replace("revenue", "turnover"), ["column renamed: SUM(orders.total) is now called turnover"]),
        ("SELECT city FROM orders", "SELECT DISTINCT city FROM orders", ["each row only once"]),
        (
            "SELECT SUM(total) FROM orders",
            "SELECT SUM(o.total) FROM orders AS o JOIN refunds AS r ON r.order_id = o.id HAVING SUM(r.amount) > 3",
            ["table added: public.refunds", "filter added: SUM(refunds.amount) is more than 3"],
        ),
        (
            "SELECT city FROM orders WHERE total > 1",
            "SELECT city FROM orders WHERE total > 2 UNION SELECT city FROM orders WHERE city = 'Lyon'",
            ["filter changed: orders.total is more than 1, now orders.total is more than 2"],
        ),
    ],
)
def test_what_changed(before: str, after: str, said: list[str]) -> None:
    found = difference(statement(before), statement(after), row_limit=ROW_LIMIT)
    assert list(found)[: len(said)] == said


CITY = st.sampled_from(["", "city = 'Lyon'", "city = 'Turin'"])
TOTAL = st.sampled_from(["", "total > 3", "total > 4"])
LIMIT = st.sampled_from(["", " LIMIT 5", " LIMIT 7"])


@given(some=st.tuples(CITY, TOTAL, LIMIT), others=st.tuples(CITY, TOTAL, LIMIT))
def test_equal_statements_alone_differ_in_nothing(some: tuple[str, ...], others: tuple[str, ...]) -> None:
    one, other = (
        statement(
            "SELECT id FROM orders"
            + (" WHERE " if any(parts[:2]) else "")
            + " AND ".join(filter(None, parts[:2]))
            + parts[2]
        )
        for parts in (some, others)
    )
    said = difference(one, other, row_limit=ROW_LIMIT)
    back = difference(other, one, row_limit=ROW_LIMIT)
    assert (said == (SAME,)) is (some == others)
    assert len(said) == len(back) == max(1, sum(mine != its for mine, its in zip(some, others, strict=True)))
