"""Answer objects in, outcomes out."""

from dataclasses import replace
from typing import Any

import pytest

from nl2sql.generation.answer_format import LADDER, instruction, read_answer, response_format
from nl2sql.generation.base import Choice, Clarify, Draft, Exchange, Refused
from nl2sql.generation.extract import Unreadable
from schema_index.retrieval.types import KnowledgeHit


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        (
            {"outcome": "sql", "sql": " SELECT 1\n", "interpreted_as": "One\u202e", "assumptions": ["a", "", " b\nc "]},
            Draft(sql="SELECT 1", generator="m", interpreted_as="One", assumptions=("a", "b c")),
        ),
        (
            {"outcome": "sql", "sql": "SELECT 1", "assumptions": "only one", "choices": None, "message": None},
            Draft(sql="SELECT 1", generator="m", assumptions=("only one",)),
        ),
        ({"sql": "SELECT 1", "confidence": 0.9}, Draft(sql="SELECT 1", generator="m")),
        (
            {"outcome": "clarify", "question": "Which year?", "choices": ["2025", "2026"], "sql": ""},
            Clarify(question="Which year?", choices=(Choice(text="2025"), Choice(text="2026"))),
        ),
        (
            {
                "outcome": "clarify",
                "question": "Which year?",
                "choices": [
                    {"text": "2025", "reading": "Orders\nof 2025", "sql": " SELECT 2025 "},
                    {"text": "2026", "reading": None},
                    {"text": "2025"},
                    *({"text": str(year)} for year in range(2027, 2032)),
                ],
            },
            Clarify(
                question="Which year?",
                choices=(
                    Choice(text="2025", reading="Orders of 2025", sql="SELECT 2025"),
                    Choice(text="2026"),
                    *(Choice(text=str(year)) for year in range(2027, 2030)),
                ),
            ),
        ),
        (
            {"outcome": "refuse", "missing": ["weather", "wind"], "available": ["orders"]},
            Refused(
                message="The data does not hold: weather, wind.", missing=("weather", "wind"), available=("orders",)
            ),
        ),
        ({"outcome": "refuse", "message": "No."}, Refused(message="No.")),
    ],
)
def test_outcomes(fields: dict[str, Any], outcome: object) -> None:
    assert read_answer(fields, generator="m") == outcome


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "these fields were missing or of the wrong type: outcome"),
        ({"outcome": "guess", "sql": 3}, "these fields were missing or of the wrong type: outcome, sql"),
        ({"outcome": "sql", "assumptions": [1]}, "these fields were missing or of the wrong type: assumptions"),
        ({"outcome": "sql"}, '"sql" was empty or far too long though the outcome was "sql"'),
        ({"outcome": "sql", "sql": "x" * 20_001}, '"sql" was empty or far too long though the outcome was "sql"'),
        (
            {"outcome": "clarify", "question": "Which?", "choices": ["one", "one"]},
            '"choices" held fewer than two choices though the outcome was "clarify"',
        ),
        ({"outcome": "clarify"}, '"question" was empty though the outcome was "clarify"'),
        ({"outcome": "refuse"}, '"message" and "missing" were empty though the outcome was "refuse"'),
    ],
)
def test_what_fits_no_outcome_says_why(fields: dict[str, Any], problem: str) -> None:
    assert read_answer(fields, generator="m") == Unreadable(problem=problem)


def test_only_what_was_shown_can_be_named() -> None:
    hit = KnowledgeHit(kind="faq", title="Net revenue", text="…", similarity=0.5)
    earlier = Exchange(run_id="1", question="How many?", interpreted_as="", sql="SELECT 1", tables=())

    def read(**fields: Any) -> object:
        return read_answer({"sql": "SELECT 1", **fields}, generator="m", definitions={"D2": hit}, exchanges=[earlier])

    plain = Draft(sql="SELECT 1", generator="m")
    assert read(definitions=["D1", "[d2]", "D2"], follow_up=1) == replace(plain, definitions=(hit,), follows=earlier)
    assert [read(definitions="D7", follow_up=number) for number in (0, 2, -1, "9", None, [1])] == [plain] * 6


def test_texts_are_bounded() -> None:
    answer = read_answer({"sql": "SELECT 1", "assumptions": ["long " * 500] * 50}, generator="m")
    assert isinstance(answer, Draft)
    assert len(answer.assumptions) == 10
    assert max(map(len, answer.assumptions)) == 500


def test_each_rung_asks_for_less_of_the_endpoint() -> None:
    forms = [response_format(rung) for rung in LADDER]
    assert [form and form["type"] for form in forms] == ["json_schema", "json_object", None]
    schema = forms[0]["json_schema"]["schema"] if forms[0] else {}
    assert schema["required"] == list(schema["properties"])
    assert "fenced block" in instruction("fenced")
