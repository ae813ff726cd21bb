"""A key changes with each part of what an answer depends on."""

from dataclasses import fields, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from nl2sql.answering.answer_key import AnswerKey

KEY = AnswerKey(
    tenant_id=UUID(int=1),
    source_id=UUID(int=2),
    role="analyst",
    access="a",
    revision=3,
    knowledge="k",
    verified="v",
    top_k=10,
    generator="g",
    candidates=1,
    question="How many orders?",
    mode="answer",
    max_rows=100,
    language="",
    today=date(2026, 11, 21),
    time_zone="UTC",
    fiscal_month=1,
)
OTHERS: dict[str, Any] = {
    "tenant_id": UUID(int=9),
    "source_id": UUID(int=9),
    "role": "viewer",
    "access": "b",
    "revision": None,
    "knowledge": "l",
    "verified": "w",
    "top_k": 11,
    "generator": "h",
    "candidates": 3,
    "question": "how many orders?",
    "mode": "sql",
    "max_rows": 101,
    "language": "de",
    "today": date(2026, 11, 22),
    "time_zone": "Asia/Tokyo",
    "fiscal_month": 4,
}


@pytest.mark.parametrize("part", [one.name for one in fields(AnswerKey)])
def test_another_part_is_another_key(part: str) -> None:
    assert replace(KEY, **{part: OTHERS[part]}).digest != KEY.digest


def test_blanks_mean_nothing() -> None:
    assert replace(KEY, question="  How many\n orders? ").digest == KEY.digest
