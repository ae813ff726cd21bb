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
    access="a",
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
OTHERS: dict[str, Any] = {
    "tenant_id": UUID(int=9),
    "source_id": UUID(int=9),
    "role": "viewer",
    "access": "b",
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
    assert answer_key(replace(TASK, **{part: OTHERS[part]}), knowledge="k") != answer_key(TASK, knowledge="k")


def test_other_knowledge_is_another_key() -> None:
    assert answer_key(TASK, knowledge="l") != answer_key(TASK, knowledge="k")


def test_blanks_mean_nothing() -> None:
    asked = replace(TASK, question="  How many\n orders? ")
    assert answer_key(asked, knowledge="k") == answer_key(TASK, knowledge="k")
