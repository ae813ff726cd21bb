"""Text in, answer object or reason out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nl2sql.generation.extract import Unreadable, extract

ANSWER = {"outcome": "sql", "sql": "SELECT 1"}
JSON = '{"outcome": "sql", "sql": "SELECT 1"}'


@pytest.mark.parametrize(
    "text",
    [
        JSON,
        f"\ufeff  {JSON}\n",
        f"```json\n{JSON}\n```",
        f"```\n{JSON}\n```",
        f"Sure!\n\n```json\n{JSON}\n```\nAnything else?",
        f"Here is the answer: {JSON} I hope that helps.",
        f"<think>Maybe {{'a': 1}}? No.</think>\n{JSON}",
        f'Given {{"unrelated": 1}}, the answer is {JSON}',
        "```sql\nSELECT 1\n```",
        "This counts everything:\n```sql\nSELECT 1\n```\nNote that nulls are left out.",
        "```postgresql\nSELECT 1\n```",
    ],
)
def test_an_answer_is_found_in_its_wrapping(text: str) -> None:
    assert extract(text) == ANSWER


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it was empty"),
        ("  \n", "it was empty"),
        ("<think>hm</think>", "it was empty"),
        (JSON[:-5], "its JSON was not complete and valid"),
        (f"```json\n{JSON[:-5]}\n```", "its JSON was not complete and valid"),
        ('{"note": "no answer in here"', "its JSON was not complete and valid"),
        ("SELECT the best option", "it held no JSON object"),
        ("[1, 2]", "it held no JSON object"),
        (f"{JSON}\n{JSON}", "it held more than one answer"),
        (f"```json\n{JSON}\n```\nor\n```json\n{JSON}\n```", "it held more than one answer"),
        ("```sql\nSELECT 1\n```\n```sql\nSELECT 2\n```", "it held more than one answer"),
        ("[" * 50_000, "it held no JSON object"),
        ('{"a":' * 15_000, "its JSON was not complete and valid"),
        ("x" * 100_001, "it was far too long"),
    ],
)
def test_what_is_no_answer_says_why(text: str, problem: str) -> None:
    assert extract(text) == Unreadable(problem=problem)


@given(st.text(alphabet=st.sampled_from('{}[]"`\\:, \nsql01outcme<>/think'), max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    result: dict[str, Any] | Unreadable = extract(text)
    assert isinstance(result, dict | Unreadable)
