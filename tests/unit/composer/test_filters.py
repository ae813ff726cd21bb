"""Questions that restrict: the whole statement is asserted."""

import pytest

from tests.unit.composer.schemas import retail, sql_of


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("Which stores are in Berlin?", "SELECT stores.name FROM stores WHERE stores.city = 'Berlin'"),
        ("How many orders were cancelled?", "SELECT COUNT(*) FROM orders WHERE orders.status = 'cancelled'"),
        (
            "List the names of products with a unit price above 5.",
            "SELECT products.name FROM products WHERE products.unit_price > 5",
        ),
        (
            "List the names of products whose unit price is between 2 and 4.",
            "SELECT products.name FROM products WHERE products.unit_price >= 2 AND products.unit_price <= 4",
        ),
        (
            'Show the names of stores whose name starts with "Old".',
            "SELECT stores.name FROM stores WHERE stores.name ILIKE 'Old%'",
        ),
        (
            "Show the names of products whose category is Tea or Coffee.",
            "SELECT products.name FROM products WHERE (products.category = 'Tea' OR products.category = 'Coffee')",
        ),
        (
            "Show the names of products whose category is not Tea.",
            "SELECT products.name FROM products WHERE products.category <> 'Tea'",
        ),
        (
            "What is the average rating of Tea products?",
            "SELECT AVG(reviews.rating) FROM reviews JOIN products ON reviews.product_id = products.id WHERE "
            "products.category = 'Tea'",
        ),
    ],
)
def test_filters(question: str, sql: str) -> None:
    assert sql_of(question, retail()) == sql
