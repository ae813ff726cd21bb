"""Questions about time, asked on 15 March 2026: the whole statement is asserted."""

import pytest

from tests.unit.composer.schemas import retail, sql_of


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "How many orders were placed last month?",
            "SELECT COUNT(*) FROM orders WHERE orders.ordered_at >= '2026-02-01' AND orders.ordered_at < '2026-03-01'",
        ),
        (
            "How many orders were placed in the last 30 days?",
            "SELECT COUNT(*) FROM orders WHERE orders.ordered_at >= '2026-02-13' AND orders.ordered_at < '2026-03-16'",
        ),
        (
            "How many orders were shipped in January 2026?",
            "SELECT COUNT(*) FROM orders WHERE orders.shipped_at >= '2026-01-01' AND orders.shipped_at < '2026-02-01'",
        ),
        ("Which stores opened before 2020?", "SELECT stores.name FROM stores WHERE stores.opened_on < '2020-01-01'"),
        (
            "How many customers joined since March 2025?",
            "SELECT COUNT(*) FROM customers WHERE customers.joined_on >= '2025-03-01'",
        ),
        (
            "How many orders were placed per month?",
            "SELECT CAST(DATE_TRUNC('MONTH', orders.ordered_at) AS DATE), COUNT(*) FROM orders GROUP BY "
            "CAST(DATE_TRUNC('MONTH', orders.ordered_at) AS DATE) ORDER BY CAST(DATE_TRUNC('MONTH', "
            "orders.ordered_at) AS DATE) ASC",
        ),
        (
            "Show the number of reviews per product this year",
            "SELECT products.name, COUNT(*) FROM reviews JOIN products ON reviews.product_id = products.id "
            "WHERE reviews.reviewed_on >= '2026-01-01' AND reviews.reviewed_on < '2027-01-01' GROUP BY "
            "products.id, products.name",
        ),
    ],
)
def test_time(question: str, sql: str) -> None:
    assert sql_of(question, retail()) == sql
