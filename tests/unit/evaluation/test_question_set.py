"""Sets of questions as JSON lines: what is read, and what is told where a line is none."""

import json

import pytest

from nl2sql.evaluation.question_set import EvaluationQuestion, QuestionSetInvalid, parse
from schema_index.json_lines import LinesInvalid


def lines(*rows: object) -> list[bytes]:
    return [json.dumps(row).encode() for row in rows]


def test_the_shape_of_a_line() -> None:
    rows = lines(
        {"id": 7, "question": " How many? ", "sql": "SELECT 1", "source": "shop", "dialect": "sqlite", "subset": "x"},
        {"question": "Which?", "gold_sql": ["SELECT 2", "SELECT 3"], "db": "my_db", "tables": ["ignored"]},
        {"id": "u", "question": "Weather?", "gold_sql": ["SELECT 'no'"], "answerable": False},
        {"id": "t", "question": "Where?", "tables": ["main.a"]},
    )
    assert parse([rows[0], b"\n", *rows[1:]]) == (
        EvaluationQuestion(key="7", question="How many?", golds=("SELECT 1",), source="shop", dialect="sqlite"),
        EvaluationQuestion(key="line 3", question="Which?", golds=("SELECT 2", "SELECT 3"), source="my-db"),
        EvaluationQuestion(key="u", question="Weather?", is_answerable=False),
        EvaluationQuestion(key="t", question="Where?", tables=("main.a",)),
    )
    assert {question.source for question in parse(rows, source="one")} == {"one"}


def test_every_bad_line_is_named_and_nothing_is_asked() -> None:
    rows = [
        *lines({"id": "a", "question": "x"}, {"id": "a", "question": "y"}, [], {"question": 5.5}, {"question": " "}),
        b"{",
        *lines({"question": "x", "sql": 5}, {"question": "x", "answerable": "no"}),
    ]
    with pytest.raises(LinesInvalid) as caught:
        parse(rows)
    assert caught.value.message == (
        'No line was taken: line 2 has the id "a" of an earlier line; line 3 is no object; '
        'line 4 has a "question" that is no text; line 5 needs a "question" of at most 2,000 characters; '
        'line 6 is no JSON; line 7 has a "sql" that is neither text nor a list of texts; '
        'line 8 has an "answerable" that is neither true nor false.'
    )


def test_an_empty_set_is_no_success() -> None:
    with pytest.raises(QuestionSetInvalid):
        parse([b"", b"\n"])
