"""Questions about what is there or missing: the whole statement is asserted."""

import pytest

from tests.unit.composer.schemas import refused, retail, sql_of


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


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "Which stores have orders with the status both paid and cancelled?",
            "SELECT stores.name FROM stores WHERE (EXISTS(SELECT 1 FROM orders WHERE orders.store_id = stores.id) "
            "AND EXISTS(SELECT 1 FROM orders AS orders_2 WHERE orders_2.store_id = stores.id "
            "AND orders_2.status = 'paid')) AND EXISTS(SELECT 1 FROM orders AS orders_3 "
            "WHERE orders_3.store_id = stores.id AND orders_3.status = 'cancelled')",
        ),
        (
            "Show the categories that have both products with unit price above 9 and products with unit price below 3",
            "SELECT DISTINCT products.category FROM products WHERE products.unit_price > 9 AND products.category IN "
            "(SELECT products_2.category FROM products AS products_2 WHERE products_2.unit_price < 3)",
        ),
    ],
)
def test_both_need_not_be_one_row(question: str, sql: str) -> None:
    assert sql_of(question, retail()) == sql


def test_one_thing_is_not_both() -> None:
    assert (
        "one thing cannot be both" in refused("Which products have the category both Tea and Coffee?", retail()).message
    )
