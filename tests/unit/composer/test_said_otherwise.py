"""The same questions in other words: contractions, deeds, "as its", second sentences, names written apart."""

import pytest

from schema_index.schema import DatabaseSchema
from tests.unit.composer.schemas import retail, sql_of, table


def music() -> DatabaseSchema:
    return DatabaseSchema.of(
        "postgres",
        "public",
        [
            table("conductor", "id:i name:t"),
            table(
                "orchestra",
                "id:i orchestra:t founded_year:i investor:t conductor_id:i",
                refers="conductor_id>conductor",
            ),
            table("playlist", "id:i name:t orchestra_id:i", refers="orchestra_id>orchestra"),
        ],
    )


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "Which stores don't have orders?",
            "SELECT stores.name FROM stores WHERE NOT EXISTS(SELECT 1 FROM orders WHERE orders.store_id = stores.id)",
        ),
        (
            "Which products have never been ordered?",
            "SELECT products.name FROM products WHERE NOT EXISTS(SELECT 1 FROM order_items "
            "JOIN orders ON order_items.order_id = orders.id WHERE order_items.product_id = products.id)",
        ),
        (
            "List the names of products that contain 'latte'",
            "SELECT products.name FROM products WHERE products.name ILIKE '%latte%'",
        ),
        (
            "How many products have 'latte' in their names?",
            "SELECT COUNT(*) FROM products WHERE products.name ILIKE '%latte%'",
        ),
        (
            "Which stores were opened in 2024 or later?",
            "SELECT stores.name FROM stores WHERE stores.opened_on >= '2024-01-01'",
        ),
        (
            "How many orders are there per store? Order the stores by decreasing number of orders.",
            "SELECT stores.name, COUNT(*) FROM orders JOIN stores ON orders.store_id = stores.id "
            "GROUP BY stores.id, stores.name ORDER BY COUNT(*) DESC NULLS LAST",
        ),
        (
            "Which products have Tea as their category?",
            "SELECT products.name FROM products WHERE products.category = 'Tea'",
        ),
        ("What is Old Mill's city?", "SELECT DISTINCT stores.city FROM stores WHERE stores.name = 'Old Mill'"),
        (
            "Which cities of customers have more than 3 records?",
            "SELECT customers.city FROM customers GROUP BY customers.city HAVING COUNT(*) > 3",
        ),
        (
            "List the names of products with unit price above 6 or smaller than 4.",
            "SELECT products.name FROM products WHERE (products.unit_price > 6 OR products.unit_price < 4)",
        ),
        (
            "Show the name of every product that has at least a unit price of 4",
            "SELECT products.name FROM products WHERE products.unit_price >= 4",
        ),
    ],
)
def test_in_other_words(question: str, sql: str) -> None:
    assert sql_of(question, retail()) == sql


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("List the names of orchestras", "SELECT orchestra.orchestra FROM orchestra"),
        ("How many play lists are there?", "SELECT COUNT(*) FROM playlist"),
        ("Show the investor names of all orchestras", "SELECT orchestra.investor FROM orchestra"),
        (
            "Which investor has invested in the most orchestras?",
            "SELECT orchestra.investor FROM orchestra GROUP BY orchestra.investor "
            "ORDER BY COUNT(*) DESC NULLS LAST LIMIT 1",
        ),
        (
            "Show the name of the orchestra with the latest founded year",
            "SELECT orchestra.orchestra FROM orchestra ORDER BY orchestra.founded_year DESC NULLS LAST LIMIT 1",
        ),
    ],
)
def test_what_things_are_called(question: str, sql: str) -> None:
    assert sql_of(question, music()) == sql
