"""A verified statement is reused for its whole question and for no other."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from nl2sql.reuse.closest import closest
from nl2sql.reuse.reuse import Verified, parameters, reuse
from schema_index.retrieval.types import StoredValue

DAY = datetime(2026, 5, 4, tzinfo=UTC).isoformat()
VALUES = tuple(
    StoredValue(schema="main", table=table, column=column, text=text)
    for table, column, text in (
        *(("customers", "city", city) for city in ("Lyon", "Paris", "New York")),
        *(("orders", "status", status) for status in ("paid", "cancelled")),
        ("customers", "name", "Ada"),
    )
)

KNOWN = {
    "How many customers are in Lyon?": "SELECT COUNT(*) FROM customers WHERE city = 'Lyon'",
    "List the names of the top 3 customers older than 30": (
        "SELECT name FROM customers WHERE age > 30 ORDER BY spent DESC LIMIT 3"
    ),
    "How many orders were placed in 2020?": "SELECT COUNT(*) FROM orders WHERE strftime('%Y', day) = '2020'",
    "Which orders came after 2026-02-01?": "SELECT id FROM orders WHERE day > '2026-02-01'",
    "Which customer has the most orders?": "SELECT name FROM customers ORDER BY orders DESC LIMIT 1",
    "How many orders came in last month?": "SELECT COUNT(*) FROM orders WHERE day >= '2026-04-01'",
    "How many orders came in this year?": "SELECT COUNT(*) FROM orders WHERE day >= date('now', 'start of year')",
    "Show my orders": "SELECT * FROM orders WHERE customer_id = 1",
    "How many customers have at least 2 paid orders?": (
        "SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE status = 'paid' GROUP BY customer_id HAVING COUNT(*) > 1)"
    ),
    "Names of patients with hepatitis a": "SELECT name FROM patients WHERE illness = 'hepatitis A'",
    "Orders between 10 and 20": "SELECT id FROM orders WHERE total BETWEEN 10 AND 20",
}


def verified(question: str, sql: str, number: int = 1) -> Verified:
    return Verified(id=UUID(int=number), question=question, sql=sql, dialect="sqlite", by="Olive", at=DAY)


ALL = [verified(question, sql, number) for number, (question, sql) in enumerate(KNOWN.items(), start=1)]


def reused(question: str) -> str | None:
    found = reuse(question, known=ALL, values=VALUES)
    return None if found is None else found.sql


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("how many customers are in lyon", "SELECT COUNT(*) FROM customers WHERE city = 'Lyon'"),
        ("What is the number of customers in Lyon?", "SELECT COUNT(*) FROM customers WHERE city = 'Lyon'"),
        ("In Lyon, how many customers are there?", KNOWN["How many customers are in Lyon?"]),
        ("How many customers are in New York?", "SELECT COUNT(*) FROM customers WHERE city = 'New York'"),
        (
            "Please show me names of the top five customers older than 41",
            "SELECT name FROM customers WHERE age > 41 ORDER BY spent DESC LIMIT 5",
        ),
        ("In 2019, how many orders were placed?", "SELECT COUNT(*) FROM orders WHERE STRFTIME('%Y', day) = '2019'"),
        ("Which orders came after 2026-03-01?", "SELECT id FROM orders WHERE day > '2026-03-01'"),
        ("How many orders came in this year?", KNOWN["How many orders came in this year?"]),
        ("Which customer has most orders?", KNOWN["Which customer has the most orders?"]),
        ("Orders between 5 and 20", "SELECT id FROM orders WHERE total BETWEEN 5 AND 20"),
    ],
)
def test_the_same_question_finds_its_statement(question: str, sql: str) -> None:
    assert reused(question) == sql


@pytest.mark.parametrize(
    "question",
    [
        "How many customers are not in Lyon?",
        "How many customers aren't in Lyon?",
        "How many customers are in Atlantis?",
        "How many customers are in Ada?",
        "How many customers are in Lyon or Paris?",
        "How many orders are in Lyon?",
        "List the names of the top 3 customers younger than 30",
        "List the names of the top 3 customers at least 30",
        "List the names of the bottom 3 customers older than 30",
        "List the emails of the top 3 customers older than 30",
        "List the names of the top 0 customers older than 30",
        "How many orders were placed before 2020?",
        "How many orders were placed in 20?",
        "How many orders were paid in 2020?",
        "Which orders came after 2026-02-31?",
        "Which orders came before 2026-02-01?",
        "Which customers have the most orders?",
        "Which customer has the fewest orders?",
        "How many orders came in last month?",
        "How many orders came in last year?",
        "Show my orders",
        "How many customers have at least 3 paid orders?",
        "Names of patients with hepatitis",
        "Names of patients with hepatitis b",
        "Orders between 20 and 10",
        "",
    ],
)
def test_a_near_miss_finds_none(question: str) -> None:
    assert reused(question) is None


def test_another_value_of_the_same_column_takes_the_place_of_a_parameter() -> None:
    question, sql = "How many orders are paid?", "SELECT COUNT(*) FROM orders WHERE status = 'paid'"
    found = reuse("How many orders are cancelled?", known=[verified(question, sql)], values=VALUES)
    assert found is not None
    assert (found.sql, found.changed) == (
        "SELECT COUNT(*) FROM orders WHERE status = 'cancelled'",
        (("paid", "cancelled"),),
    )
    assert reuse("How many orders are cancelled?", known=[verified(question, sql)]) is None


def test_two_statements_of_one_question_answer_neither() -> None:
    question = "How many customers are there?"
    two = [verified(question, "SELECT COUNT(*) FROM customers"), verified(question, "SELECT COUNT(id) FROM customers")]
    assert reuse(question, known=two) is None


def test_parameters_are_what_may_differ() -> None:
    question = "List the names of the top 3 customers older than 30"
    assert parameters(question, sql=KNOWN[question], dialect="sqlite") == [
        {"kind": "limit", "value": "3"},
        {"kind": "number", "value": "30"},
    ]
    question = "How many customers are in Lyon?"
    assert parameters(question, sql=KNOWN[question], dialect="sqlite") == [
        {"kind": "text", "value": "Lyon", "column": "customers.city"}
    ]
    assert parameters("nothing of this", sql="SELECT (", dialect="sqlite") == []


def test_examples_are_the_likest_first() -> None:
    likest = closest("How many customers are not in Lyon?", known=ALL)
    assert likest[0].question == "How many customers are in Lyon?"
    assert closest("weather tomorrow", known=ALL) == ()
