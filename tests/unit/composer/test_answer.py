"""What comes with the statement: the question restated, and the choices that were made."""

from sqlglot import exp, parse_one

from nl2sql.generation.base import Draft
from tests.unit.composer.schemas import ask, retail


def test_time_and_value_are_told() -> None:
    assert ask("How many orders were cancelled last month?", retail()) == Draft(
        sql=(
            'SELECT COUNT(*) AS "number_of_orders" FROM "orders" WHERE "orders"."status" = \'cancelled\' AND '
            '("orders"."ordered_at" >= \'2026-02-01\' AND "orders"."ordered_at" < \'2026-03-01\')'
        ),
        generator="composer",
        interpreted_as=(
            "Number of orders, where orders status is 'cancelled' and orders ordered at is at least '2026-02-01' "
            "and orders ordered at is below '2026-03-01'."
        ),
        assumptions=(
            "'cancelled' is orders.status = 'cancelled'",
            "last month: orders.ordered_at from 2026-02-01 to before 2026-03-01",
        ),
    )


def test_ties_and_missing_rows_are_told() -> None:
    answer = ask("Which store has the most orders?", retail())
    assert isinstance(answer, Draft)
    assert answer.assumptions == (
        "stores without any orders are not listed",
        "Where several rows share the first place, one of them is shown.",
    )


def test_a_count_of_a_list_is_told() -> None:
    answer = ask("How many stores have more than 2 orders?", retail())
    assert isinstance(answer, Draft)
    assert answer.sql == (
        'SELECT COUNT(*) FROM (SELECT "stores"."id" FROM "orders" JOIN "stores" ON "orders"."store_id" = "stores"."id" '
        'GROUP BY "stores"."id" HAVING COUNT(*) > 2) AS counted'
    )
    assert answer.interpreted_as == "Number of stores id, for each stores id, where the number of orders is above 2."


def test_a_table_is_named_once() -> None:
    for question, words in (
        ("How many orders were there each month?", "Month of orders ordered at and number of orders, for each month "),
        ("What is the average price of products?", "Average products "),
        ("Show all columns of stores", "All columns of stores."),
    ):
        answer = ask(question, retail())
        assert isinstance(answer, Draft), question
        assert answer.interpreted_as.startswith(words), answer.interpreted_as


def test_the_first_few_are_shown_with_what_they_are_chosen_by() -> None:
    shown = {
        "Which 5 products have the highest price?": "name, unit_price",
        "Which 3 stores have the most orders?": "name, number_of_orders",
        "Which product has the highest price?": "name",
        "What are the names of the 5 products with the highest price?": "name",
    }
    for question, columns in shown.items():
        answer = ask(question, retail())
        assert isinstance(answer, Draft), question
        outputs = parse_one(answer.sql, dialect="postgres", into=exp.Select).named_selects
        assert ", ".join(outputs) == columns, question
