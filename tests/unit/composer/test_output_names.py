"""What is computed has a name that a person can read; what is a column keeps its own."""

import pytest
from sqlglot import exp, parse_one

from nl2sql.generation.base import Draft
from tests.unit.composer.schemas import ask, retail


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("How many orders are there?", ["number_of_orders"]),
        ("number of orders by region", ["name", "number_of_orders"]),
        ("total amount by store", ["name", "total_amount"]),
        ("What is the average salary of staff?", ["average_salary"]),
        ("How many orders were placed per month in 2026?", ["month", "number_of_orders"]),
        (
            "What are the minimum, maximum and average unit price of products?",
            ["minimum_unit_price", "maximum_unit_price", "average_unit_price"],
        ),
    ],
)
def test_output_names(question: str, names: list[str]) -> None:
    answer = ask(question, retail())
    assert isinstance(answer, Draft), answer
    assert parse_one(answer.sql, dialect="postgres", into=exp.Select).named_selects == names
