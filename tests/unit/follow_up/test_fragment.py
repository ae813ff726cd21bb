"""Which questions lean on the one before, and what retrieval makes of them."""

from dataclasses import replace

import pytest

from nl2sql.follow_up.fragment import is_fragment
from nl2sql.follow_up.retrieval import BEFORE, whole_text, with_earlier_tables
from nl2sql.generation.base import Exchange
from schema_index.retrieval.types import Retrieved, TableHit
from schema_index.schema import Column, DatabaseSchema, Table


@pytest.mark.parametrize(
    "question",
    [
        *("and for Lyon?", "only 2025", "by month instead", "What about Turin?", "customers?", "last month", "top 5"),
        *("for Lyon and Turin together", "Which were cancelled?", "How many of those are paid?", "sorted by total"),
        *("Orders of that customer", "Show them by city", "order by total", "How many orders did they place?", "", "?"),
        *(
            "the average instead of the sum",
            "Show the total again",
            "Which of them are in Lyon?",
            "without Lyon, please",
        ),
    ],
)
def test_what_leans_on_the_question_before(question: str) -> None:
    assert is_fragment(question)


@pytest.mark.parametrize(
    "question",
    [
        *(
            "How many orders are there?",
            "In 2024, how many orders were placed?",
            "total per customer",
            "List customers",
        ),
        *("How many of the orders are paid?", "List customers that ordered", "How many orders were placed this year?"),
        *(
            "Sort customers by name",
            "What is the total of orders by month?",
            "customers and their orders",
            "total revenue",
        ),
        *("Which customers are in Lyon?", "Revenue by region in the last fiscal year", "Average order total by month"),
    ],
)
def test_what_stands_alone(question: str) -> None:
    assert not is_fragment(question)


def exchange(question: str, *tables: str) -> Exchange:
    return Exchange(run_id="1", question=question, interpreted_as="", sql="SELECT 1", tables=tables)


def test_a_fragment_is_looked_for_with_the_questions_back_to_a_whole_one() -> None:
    history = [exchange("List customers"), exchange("How many orders are there?"), exchange("and for Lyon?")]
    assert whole_text("only 2025", history=history) == "How many orders are there? and for Lyon? only 2025"
    assert whole_text("List all orders of Lyon", history=history) == "List all orders of Lyon"
    assert whole_text("only 2025", history=()) == "only 2025"


def test_earlier_tables_stay_and_a_whole_question_keeps_its_ranking() -> None:
    schema = DatabaseSchema.of(
        "postgres",
        "public",
        [
            Table(schema="public", name=name, columns=(Column(name="id", type="int", kind="integer"),))
            for name in "abcd"
        ],
    )
    hits = {name: TableHit(schema="public", name=name, similarity=0.5, reason="similar") for name in "ab"}
    known = {name: TableHit(schema="public", name=name, similarity=None, reason=BEFORE) for name in "cd"}
    found = Retrieved(tables=(hits["a"], hits["b"]), knowledge=(), values=())
    history = [exchange("One?", "public.d", "public.gone"), exchange("Two?", "public.c", "public.b")]

    first = with_earlier_tables(found, history=history, schema=schema, first=True)
    last = with_earlier_tables(found, history=history, schema=schema, first=False)
    nothing = replace(found, tables=(), closest=("public.a",))
    lost = with_earlier_tables(nothing, history=history[:1], schema=schema, first=False)

    assert first.tables == (known["c"], hits["b"], known["d"], hits["a"])
    assert last.tables == (hits["a"], hits["b"], known["c"], known["d"])
    assert (lost.tables, lost.closest) == ((known["d"],), ())
