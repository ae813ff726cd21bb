"""Questions that measure, and measure for each: the whole statement is asserted."""

import pytest

from tests.unit.composer.schemas import retail, sql_of


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("What is the average salary of staff?", "SELECT AVG(staff.salary) FROM hr.staff"),
        (
            "What are the minimum, maximum and average unit price of products?",
            "SELECT MIN(products.unit_price), MAX(products.unit_price), AVG(products.unit_price) FROM products",
        ),
        (
            "average rating per product",
            "SELECT products.name, AVG(reviews.rating) FROM reviews JOIN products ON reviews.product_id = "
            "products.id GROUP BY products.id, products.name",
        ),
        (
            "How many orders does each store have?",
            "SELECT stores.name, COUNT(*) FROM orders JOIN stores ON orders.store_id = stores.id GROUP BY "
            "stores.id, stores.name",
        ),
        (
            "number of orders by region",
            "SELECT regions.name, COUNT(*) FROM orders JOIN stores ON orders.store_id = stores.id JOIN "
            "regions ON stores.region_id = regions.id GROUP BY regions.id, regions.name",
        ),
        (
            "total amount by store",
            "SELECT stores.name, SUM(orders.total_amount) FROM orders JOIN stores ON orders.store_id = "
            "stores.id GROUP BY stores.id, stores.name",
        ),
        (
            "total quantity sold per product",
            "SELECT products.name, SUM(order_items.quantity) FROM order_items JOIN products ON "
            "order_items.product_id = products.id GROUP BY products.id, products.name",
        ),
        (
            "Which stores have more than 2 orders?",
            "SELECT stores.name FROM orders JOIN stores ON orders.store_id = stores.id GROUP BY stores.id, "
            "stores.name HAVING COUNT(*) > 2",
        ),
    ],
)
def test_aggregates_and_groups(question: str, sql: str) -> None:
    assert sql_of(question, retail()) == sql
