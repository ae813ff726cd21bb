"""Questions for the greatest, the first and the sorted: the whole statement is asserted."""

import pytest

from tests.unit.composer.schemas import retail, sql_of


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "Top 5 products by quantity sold",
            "SELECT products.name, SUM(order_items.quantity) FROM order_items JOIN products "
            "ON order_items.product_id = products.id GROUP BY products.id, products.name "
            "ORDER BY SUM(order_items.quantity) DESC NULLS LAST LIMIT 5",
        ),
        (
            "Which store has the most orders?",
            "SELECT stores.name FROM orders JOIN stores ON orders.store_id = stores.id GROUP BY stores.id, "
            "stores.name ORDER BY COUNT(*) DESC NULLS LAST LIMIT 1",
        ),
        (
            "Which product has the highest unit price?",
            "SELECT products.name FROM products ORDER BY products.unit_price DESC NULLS LAST LIMIT 1",
        ),
        (
            "What are the 3 most expensive products?",
            "SELECT products.name, products.unit_price FROM products "
            "ORDER BY products.unit_price DESC NULLS LAST LIMIT 3",
        ),
        (
            "What is the most common status of orders?",
            "SELECT orders.status FROM orders GROUP BY orders.status ORDER BY COUNT(*) DESC NULLS LAST LIMIT 1",
        ),
        (
            "Which product has the highest average rating?",
            "SELECT products.name FROM reviews JOIN products ON reviews.product_id = products.id GROUP BY "
            "products.id, products.name ORDER BY AVG(reviews.rating) DESC NULLS LAST LIMIT 1",
        ),
        (
            "List the names of products sorted by unit price in descending order.",
            "SELECT products.name FROM products ORDER BY products.unit_price DESC NULLS LAST",
        ),
        ("List the names of stores in alphabetical order.", "SELECT stores.name FROM stores ORDER BY stores.name ASC"),
    ],
)
def test_superlatives_and_order(question: str, sql: str) -> None:
    assert sql_of(question, retail()) == sql
