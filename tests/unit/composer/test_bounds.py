"""Whatever is asked: an answer or a refusal, within bounds."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp, parse

from nl2sql.generation.base import Draft, Refused
from schema_index.schema import DatabaseSchema
from tests.unit.composer.schemas import ask, retail, school, table

WORDS = (
    *("how many", "show", "list", "the", "names", "name", "of", "all", "orders", "order", "stores", "products"),
    *("customers", "in", "Berlin", "with", "more than", "2", "and", "or", "not", "no", "without", "each", "by", "per"),
    *("most", "highest", "average", "total", "unit price", "amount", "last month", "2025", "sorted", "descending"),
    *("top", "5", "Tea", "status", "is", "between", "than", "who", "which", "have", ",", ".", "?", "'x'", '"', "'s"),
    *("%", "-3", "cities", "rating", "never", "distinct", "number of", "first", "latest", "full name"),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_word_soup_is_answered_with_one_query_or_refused(words: list[str]) -> None:
    answer = ask(" ".join(words), retail())
    assert isinstance(answer, Draft | Refused)
    if isinstance(answer, Draft):
        (statement,) = parse(answer.sql, read="postgres")
        assert isinstance(statement, exp.Select)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_answered_or_refused(text: str) -> None:
    assert isinstance(ask(text, school()), Draft | Refused)


COLUMNS = "id:i name:t status:t amount:n created_at:ts prev_id:i"


def _wide() -> DatabaseSchema:
    """300 tables in a chain, each with the columns that are named everywhere."""
    names = [f"part{at}" for at in range(300)]
    tables = [
        table(
            name,
            "id:i name:t status:t amount:n created_at:ts prev_id:i",
            refers=f"prev_id>{names[at - 1]}" if at else "",
        )
        for at, name in enumerate(names)
    ]
    return DatabaseSchema.of("postgres", "public", tables)


def test_three_hundred_tables_take_bounded_time() -> None:
    schema = _wide()
    questions = (
        "What is the name of each part7 with amount above 5 and status of part9 sorted by amount?",
        "name and amount and status and name and amount and status by name by amount by status by name",
        "show the name of the part with the highest amount and the name of the status of the name of the amount",
    )
    for question in questions:
        started = time.process_time()
        ask(question, schema)
        assert time.process_time() - started < 1.0, question


def test_a_question_of_too_many_words_is_refused() -> None:
    assert isinstance(ask("name " * 200, school()), Refused)
