"""Questions that count and list: the whole statement is asserted."""

import pytest

from tests.unit.composer.schemas import retail, sql_of


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many orders are there?", "SELECT COUNT(*) FROM orders"),
        ("Count the number of stores.", "SELECT COUNT(*) FROM stores"),
        ("How many different cities do customers live in?", "SELECT COUNT(DISTINCT customers.city) FROM customers"),
        ("How many open stores are there?", "SELECT COUNT(*) FROM stores WHERE stores.is_open = TRUE"),
        ("List the names of all stores.", "SELECT stores.name FROM stores"),
        (
            "Show the first name, last name and city of every customer.",
            "SELECT customers.first_name, customers.last_name, customers.city FROM customers",
        ),
        (
            "What are the names and unit prices of the products?",
            "SELECT products.name, products.unit_price FROM products",
        ),
        ("List all distinct categories of products.", "SELECT DISTINCT products.category FROM products"),
        ("List everything about products.", "SELECT products.* FROM products"),
        (
            "Show the name of the store and the salary of each staff",
            "SELECT stores.name, staff.salary FROM stores JOIN hr.staff ON stores.id = staff.store_id",
        ),
    ],
)
def test_counts_and_lists(question: str, sql: str) -> None:
    assert sql_of(question, retail()) == sql
