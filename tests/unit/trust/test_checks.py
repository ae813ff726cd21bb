"""What each check says of statements whose faults are known."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from nl2sql.trust.check import Check, Outcome
from nl2sql.trust.date_span import asked_spans, date_span
from nl2sql.trust.facts import KnownValues
from nl2sql.trust.filters_in_words import filters_in_words
from nl2sql.trust.grain import grain
from nl2sql.trust.join_columns import join_columns
from nl2sql.trust.literals import compared_texts, literals
from nl2sql.trust.question_words import question_words
from nl2sql.trust.rows import has_rows
from nl2sql.trust.statement import Statement, read_statement
from nl2sql.trust.units import units
from nl2sql.trust.unused_join import unused_join
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted
from schema_index.connectors.base import ResultColumn, ResultSet
from schema_index.retrieval.types import StoredValue
from schema_index.schema import Column, ColumnKind, DatabaseSchema, ForeignKey, Table


def column(name: str, kind: ColumnKind = "integer", comment: str = "") -> Column:
    return Column(name=name, type=kind, kind=kind, comment=comment)


def key(name: str, target: str) -> ForeignKey:
    return ForeignKey(columns=(name,), target_schema="public", target_table=target, target_columns=("id",))


def table(name: str, *columns: Column, refers: Mapping[str, str] = {}, **more: Any) -> Table:
    keys = tuple(key(name, target) for name, target in refers.items())
    return Table(
        **{"schema": "public", "name": name, "columns": (column("id"), *columns), "primary_key": ("id",)}
        | {"foreign_keys": keys}
        | more
    )


SCHEMA = DatabaseSchema.of(
    "postgres",
    "public",
    [
        table("customers", column("city", "text"), column("budget", comment="in cents"), column("born", "date")),
        table("orders", column("customer_id"), column("total"), column("currency", "text"), column("ordered", "date"),
              column("fee", comment="in dollars"), refers={"customer_id": "customers"}),
        table("visits", column("customer_id"), column("minutes"), refers={"customer_id": "customers"}),
        table("log", column("customer_id"), column("size"), primary_key=()),
        table("years", column("customer_id"), column("year"), primary_key=("customer_id", "year"),
              refers={"customer_id": "customers"}),
    ],
)  # fmt: skip
SPENT = "orders AS o JOIN customers AS c ON o.customer_id = c.id"


def read(sql: str) -> Statement:
    verdict = validate(sql, schema=SCHEMA, row_limit=100)
    assert isinstance(verdict, Accepted), verdict
    return read_statement(verdict.sql, schema=SCHEMA)


def outcome(check: Check | None) -> Outcome | None:
    return None if check is None else check.outcome


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT sum(total) FROM orders", None),
        (f"SELECT sum(o.total) FROM {SPENT}", "passed"),
        (f"SELECT c.city, count(*) FROM {SPENT} GROUP BY c.city", "passed"),
        (f"SELECT sum(c.budget) FROM {SPENT}", "failed"),
        (f"SELECT max(c.budget), count(DISTINCT c.id) FROM {SPENT}", None),
        (f"SELECT o.id, sum(c.budget) FROM {SPENT} GROUP BY o.id", "passed"),
        (f"SELECT sum(o.total) FROM {SPENT} JOIN visits AS v ON v.customer_id = c.id", "failed"),
        (f"SELECT count(*) FROM {SPENT} JOIN visits AS v ON v.customer_id = c.id", "undetermined"),
        ("SELECT sum(c.budget) FROM customers AS c JOIN log AS l ON l.customer_id = c.id", "undetermined"),
        ("SELECT sum(c.budget) FROM customers c JOIN years y ON y.customer_id = c.id WHERE y.year = 2024", "passed"),
        ("SELECT sum(c.budget) FROM customers c JOIN years y ON y.customer_id = c.id WHERE y.year > 2024", "failed"),
        ("SELECT sum(c.budget) FROM customers c JOIN (SELECT customer_id, count(*) AS n FROM orders "
         "GROUP BY customer_id) AS t ON t.customer_id = c.id WHERE t.n > 3", "passed"),
        ("WITH t AS (SELECT customer_id FROM orders) SELECT sum(c.budget) FROM customers c, t "
         "WHERE t.customer_id = c.id", "undetermined"),
        ("SELECT sum(budget) FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)", None),
    ],
)  # fmt: skip
def test_grain_is_decided_from_declared_keys(sql: str, expected: Outcome | None) -> None:
    check = grain(read(sql))

    assert outcome(check) == expected
    assert check is None or bool(check.repair) == (expected == "failed")


@pytest.mark.parametrize(
    ("sql", "question", "expected"),
    [
        (f"SELECT avg(c.budget) FROM {SPENT}", "average budget?", "failed"),
        (f"SELECT avg(c.budget) FROM {SPENT}", "average budget of orders?", "undetermined"),
        (f"SELECT avg(c.budget) FROM {SPENT} WHERE o.total > 5", "average budget?", "undetermined"),
        (f"SELECT c.id, avg(c.budget) FROM {SPENT} GROUP BY c.id", "average budget?", "undetermined"),
        (f"SELECT count(c.id) FROM {SPENT}", "how many people?", "failed"),
        (f"SELECT count(o.id) FROM {SPENT}", "how many people?", "passed"),
        (f"SELECT count(c.city) FROM {SPENT} WHERE o.total > 5", "how many cities?", "undetermined"),
        (f"SELECT count(DISTINCT c.id) FROM {SPENT}", "how many customers?", None),
        (f"SELECT c.id, count(c.id) FROM {SPENT} GROUP BY c.id", "how many bought?", "passed"),
        (f"SELECT count(*) FROM {SPENT}", "How many customers are there?", "failed"),
        (f"SELECT count(*) FROM {SPENT}", "How many orders do customers have?", "passed"),
        (f"SELECT count(*) FROM {SPENT} WHERE o.total > 5", "How many customers spent over 5?", "passed"),
        (f"SELECT c.city, count(*) FROM {SPENT} GROUP BY c.city", "How many customers are in each city?", "passed"),
    ],
)
def test_what_only_repeats_the_counted_rows_is_certain(sql: str, question: str, expected: Outcome | None) -> None:
    assert outcome(grain(read(sql), question=question)) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("o.customer_id = c.id", "passed"),
        ("o.id = c.id", "failed"),
        ("o.customer_id = c.id AND o.total = c.budget", "passed"),
    ],
)
def test_joins_follow_declared_relationships(condition: str, expected: Outcome) -> None:
    check = join_columns(read(f"SELECT o.total FROM orders AS o JOIN customers AS c ON {condition}"))

    assert outcome(check) == expected
    if expected == "failed":
        assert check is not None
        assert "orders.customer_id" in check.detail


def test_two_tables_that_refer_to_a_third_may_be_joined_and_others_stay_open() -> None:
    siblings = read("SELECT v.id FROM orders o JOIN visits v ON v.customer_id = o.customer_id")
    undeclared = read("SELECT l.size FROM log l JOIN customers c ON l.size = c.id")
    by_name = read("SELECT l.size FROM log l JOIN customers c ON l.customer_id = c.id")

    assert outcome(join_columns(siblings)) == outcome(join_columns(by_name)) == "passed"
    assert outcome(join_columns(undeclared)) == "undetermined"
    assert join_columns(read("SELECT id FROM log")) is None


@pytest.mark.parametrize(
    ("condition", "expected", "said"),
    [
        ("city = 'Paris'", "passed", ""),
        ("city = 'paris'", "failed", "No customers.city 'paris'"),
        ("lower(city) = 'paris'", "passed", ""),
        ("city LIKE 'Par%'", "passed", ""),
        ("city ILIKE '%LYO%'", "passed", ""),
        ("city LIKE 'par%'", "undetermined", "'par%'"),
        ("city IN ('Paris', 'Lyom')", "failed", "did you mean 'Lyon'?"),
        ("city = ''", None, ""),
        ("id = 3", None, ""),
    ],
)
def test_a_text_is_looked_up_in_a_whole_dictionary(condition: str, expected: Outcome | None, said: str) -> None:
    compared = compared_texts(read(f"SELECT id FROM customers WHERE {condition}"))
    whole = {"public.customers.city": KnownValues(texts=frozenset({"Paris", "Lyon"}), is_whole=True)}
    partial = {"public.customers.city": KnownValues(texts=frozenset({"Paris", "Lyon"}), is_whole=False)}

    check = literals(compared, values=whole)
    assert outcome(check) == expected
    assert said in (check.detail if check else "")
    assert outcome(literals(compared, values=partial)) == ("undetermined" if expected == "failed" else expected)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("ordered >= '2024-01-01' AND ordered < '2025-01-01'", "passed"),
        ("ordered BETWEEN '2030-01-01' AND '2030-12-31'", "failed"),
        ("'2019-01-01' > ordered", "failed"),
        ("ordered >= '2024-07-01' AND ordered <= '2025-06-30'", "undetermined"),
        ("ordered >= '2024-12-01'", "passed"),
        ("total > 3", None),
    ],
)
def test_the_time_asked_for_is_compared_with_the_datas_own(condition: str, expected: Outcome | None) -> None:
    asked = asked_spans(read(f"SELECT count(*) FROM orders WHERE {condition}"))
    held = {"public.orders.ordered": (date(2020, 1, 1), date(2024, 12, 31))}

    assert outcome(date_span(asked, spans=held, today=date(2026, 1, 1))) == expected
    assert outcome(date_span(asked, spans={}, today=date(2026, 1, 1))) == ("undetermined" if expected else None)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT sum(total) FROM orders", "failed"),
        ("SELECT sum(total) FROM orders WHERE currency = 'EUR'", None),
        ("SELECT currency, sum(total) FROM orders GROUP BY currency", None),
        ("SELECT currency AS c, sum(total) FROM orders GROUP BY c", None),
        (f"SELECT c.budget - o.fee FROM {SPENT}", "failed"),
        (f"SELECT c.budget + c.budget FROM {SPENT}", "passed"),
    ],
)
def test_units_are_not_mixed(sql: str, expected: Outcome | None) -> None:
    currencies = {"public.orders.currency": KnownValues(texts=frozenset({"EUR", "USD"}), is_whole=True)}

    assert outcome(units(read(sql), values=currencies)) == expected


def test_without_the_currencies_a_sum_stays_open() -> None:
    assert outcome(units(read("SELECT sum(total) FROM orders"), values={})) == "undetermined"


@pytest.mark.parametrize(
    ("sql", "question", "expected"),
    [
        (f"SELECT sum(o.total) FROM {SPENT}", "What is the total?", "passed"),
        ("SELECT c.city FROM customers c JOIN visits v ON v.customer_id = c.id", "Which cities?", "undetermined"),
        ("SELECT c.city FROM customers c JOIN visits v ON v.customer_id = c.id", "Cities with a visit?", "passed"),
        ("SELECT city FROM customers", "Which cities?", None),
        (
            "SELECT c.city FROM customers c JOIN visits v ON v.customer_id = c.id EXCEPT SELECT 'Bern'",
            "Which cities but Bern?",
            "undetermined",
        ),
        (
            "SELECT city FROM customers EXCEPT SELECT c.city FROM customers c JOIN visits v ON v.customer_id = c.id",
            "Which cities has nobody gone to?",
            None,
        ),
        (
            "SELECT DISTINCT c.city FROM customers c JOIN visits v ON v.customer_id = c.id",
            "Which different cities?",
            "undetermined",
        ),
    ],
)
def test_a_join_without_use_is_told(sql: str, question: str, expected: Outcome | None) -> None:
    assert outcome(unused_join(read(sql), question=question)) == expected


@pytest.mark.parametrize(
    ("sql", "question", "expected"),
    [
        ("SELECT count(*) FROM customers WHERE city = 'Paris'", "How many customers are in Paris?", "passed"),
        ("SELECT count(*) FROM customers", "How many customers are in Paris?", "undetermined"),
        ("SELECT count(*) FROM orders WHERE total > 30", "How many orders above 50?", "undetermined"),
        ("SELECT avg(total) FROM orders", "What is the average total?", "passed"),
        ("SELECT sum(total) FROM orders", "What is the average total?", "undetermined"),
        ("SELECT min(total) FROM orders", "What is the highest total?", "undetermined"),
        ("SELECT total FROM orders ORDER BY total DESC LIMIT 1", "What is the highest total?", "passed"),
        ("SELECT count(DISTINCT city) FROM customers", "How many customers are there?", "undetermined"),
        ("SELECT max(total), max(total) FROM orders", "What are the highest and lowest totals?", "undetermined"),
        ("SELECT max(total), min(total) FROM orders", "What are the highest and lowest totals?", "passed"),
        ("SELECT min(ordered) FROM orders", "When was the latest of the orders?", "undetermined"),
        ("SELECT sum(fee), avg(total) FROM orders", "What is the average fee and total?", "passed"),
        ("SELECT sum(minutes), avg(id) FROM visits", "What are the average minutes and ids?", "undetermined"),
        (
            "SELECT customer_id, count(size) FROM log GROUP BY 1",
            "How many different sizes by customer?",
            "undetermined",
        ),
        ("SELECT city FROM customers", "Which cities are not visited?", "undetermined"),
        ("SELECT city FROM customers WHERE born IS NULL", "Which cities have no birthdays?", "passed"),
    ],
)
def test_what_the_question_plainly_says_is_looked_for(sql: str, question: str, expected: Outcome) -> None:
    paris = StoredValue(schema="public", table="customers", column="city", text="Paris")

    assert outcome(question_words(read(sql), question=question, values=[paris])) == expected


def result(*rows: tuple[Any, ...]) -> ResultSet:
    return ResultSet(columns=(ResultColumn(name="n", kind="integer"),), rows=rows, truncated=False, elapsed_ms=1)


def test_an_empty_result_says_why_it_may_be_empty() -> None:
    no_city = Check(name="literals", outcome="failed", detail="No city 'paris'.")

    assert has_rows(result((3,))).outcome == "passed"
    assert has_rows(result((0,))).outcome == "undetermined"
    assert "No city 'paris'." in has_rows(result(), others=[no_city]).detail
    assert "by policy" in has_rows(result(), limited_tables=("public.orders",)).detail
    assert (
        "there is no such data"
        in has_rows(result(), others=[Check(name="literals", outcome="passed", detail="")]).detail
    )


def test_conditions_are_said_in_words() -> None:
    sql = (
        f"SELECT c.city FROM {SPENT} WHERE c.city IN ('Paris', 'Lyon') AND o.total >= 3 AND o.ordered IS NOT NULL "
        "AND o.ordered BETWEEN '2024-01-01' AND '2024-02-01'"
    )

    assert filters_in_words(read(sql)) == (
        "customers.city is one of “Paris”, “Lyon”",
        "orders.total is at least 3",
        "orders.ordered is known",
        "orders.ordered is from “2024-01-01” to “2024-02-01”",
    )
