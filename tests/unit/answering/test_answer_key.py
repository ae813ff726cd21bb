"""A key changes with each part of what an answer depends on."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from nl2sql.answering.answer_cache import OF_TASK, answer_key
from nl2sql.reuse.reuse import Verified
from nl2sql.task import Task
from schema_index.connectors.base import Limits

ANY: Any = SimpleNamespace(fingerprint="g")
TASK = Task(
    tenant_id=UUID(int=1),
    source_id=UUID(int=2),
    role="analyst",
    revision=3,
    top_k=10,
    generator=ANY,
    question="How many orders?",
    mode="answer",
    limits=Limits(max_rows=100),
    today=date(2026, 11, 21),
    catalogue=ANY,
    embedder=ANY,
    connector=ANY,
)
KEPT = {"access": "a", "knowledge": "k"}
OTHERS: dict[str, Any] = {
    "tenant_id": UUID(int=9),
    "source_id": UUID(int=9),
    "role": "viewer",
    "revision": None,
    "verified": (Verified(id=UUID(int=4), question="How many?", sql="SELECT 1", by="", at="", dialect="sqlite"),),
    "top_k": 11,
    "generator": SimpleNamespace(fingerprint="h"),
    "candidates": 3,
    "question": "how many orders?",
    "mode": "sql",
    "limits": Limits(max_rows=101),
    "language": "de",
    "today": date(2026, 11, 22),
    "time_zone": "Asia/Tokyo",
    "fiscal_month": 4,
}


@pytest.mark.parametrize("part", [*OF_TASK, "question", "limits", "generator", "verified"])
def test_another_part_is_another_key(part: str) -> None:
    assert answer_key(replace(TASK, **{part: OTHERS[part]}), **KEPT) != answer_key(TASK, **KEPT)


@pytest.mark.parametrize("part", list(KEPT))
def test_what_is_kept_beside_the_task_makes_another_key(part: str) -> None:
    assert answer_key(TASK, **{**KEPT, part: "b"}) != answer_key(TASK, **KEPT)


def test_blanks_mean_nothing() -> None:
    assert answer_key(replace(TASK, question="  How many\n orders? "), **KEPT) == answer_key(TASK, **KEPT)
