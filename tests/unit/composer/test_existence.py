"""Questions about what is there or missing: the whole statement is asserted."""

import pytest

from tests.unit.composer.schemas import retail, sql_of


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "Customers without orders",
            "SELECT customers.first_name, customers.last_name FROM customers WHERE NOT EXISTS(SELECT 1 FROM "
            "orders WHERE orders.customer_id = customers.id)",
        ),
        (
            "Which customers have no orders in 2025?",
            "SELECT customers.first_name, customers.last_name FROM customers WHERE NOT EXISTS(SELECT 1 FROM "
            "orders WHERE orders.customer_id = customers.id AND (orders.ordered_at >= '2025-01-01' AND "
            "orders.ordered_at < '2026-01-01'))",
        ),
        (
            "How many customers placed an order in 2025?",
            "SELECT COUNT(*) FROM customers WHERE EXISTS(SELECT 1 FROM orders WHERE orders.customer_id = "
            "customers.id AND (orders.ordered_at >= '2025-01-01' AND orders.ordered_at < '2026-01-01'))",
        ),
    ],
)
def test_existence(question: str, sql: str) -> None:
    assert sql_of(question, retail()) == sql
