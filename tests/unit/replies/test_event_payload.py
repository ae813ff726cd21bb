"""Each event as the row that is stored of it."""

import json
from typing import Any, get_args

import pytest

from nl2sql.events import (
    Answered,
    AskedBack,
    Blocked,
    CannotAnswer,
    Doubted,
    Drafted,
    Event,
    Failed,
    Found,
    Passed,
    QueryFailed,
    StepDone,
    StepStarted,
    Suggested,
)
from nl2sql.generation.base import Clarify, Draft, Refused, Usage
from nl2sql.replies.event_payload import event_payload
from nl2sql.trust.check import Check
from nl2sql.validation.verdict import Accepted, Violation
from schema_index.connectors.base import ResultColumn, ResultSet
from schema_index.retrieval.types import Retrieved, TableHit

DRAFT = Draft(sql="select 1", generator="composer")
ACCEPTED = Accepted(sql="SELECT 1", dialect="sqlite", tables=("main.a",), columns=(), row_limit=1)
SECRET_ROWS = ResultSet(
    columns=(ResultColumn(name="a", kind="text"),), rows=(("a person's name",),), truncated=False, elapsed_ms=1
)

CASES: list[tuple[Event, str, dict[str, Any]]] = [
    (Suggested(questions=("How many?",)), "suggestions", {"questions": ["How many?"]}),
    (StepDone(name="generate", ms=3, attempt=2), "step", {"name": "generate", "status": "done", "ms": 3, "attempt": 2}),
    (StepStarted(name="generate", attempt=2), "step", {"name": "generate", "status": "running", "attempt": 2}),
    (StepDone(name="generate", ms=3, attempt=2), "step", {"name": "generate", "status": "done", "ms": 3, "attempt": 2}),
    (
        Found(
            retrieved=Retrieved(
                tables=(TableHit(schema="main", name="a", similarity=None, reason=""),), knowledge=(), values=()
            )
        ),
        *("retrieved", {"tables": ["main.a"]}),
    ),
    (Drafted(draft=DRAFT), "drafted", {"sql": "select 1", "generator": "composer"}),
    (
        Blocked(sql="DROP", violations=(Violation(code="not_a_query", message="No.", hint="Ask.", place="1"),)),
        *("blocked", {"sql": "DROP", "violations": [{"code": "not_a_query", "message": "No."}]}),
    ),
    (Passed(accepted=ACCEPTED, repaired=False), "sql", {"sql": "SELECT 1", "tables": ["main.a"]}),
    (QueryFailed(sql="SELECT 1", message="No table."), "query_failed", {"sql": "SELECT 1", "message": "No table."}),
    (
        Doubted(
            sql="SELECT 1",
            check=Check(name="grain", outcome="failed", detail="Counted twice.", repair="Do not."),
            answer=Answered(
                draft=DRAFT, accepted=ACCEPTED, result=SECRET_ROWS, checks=(), repaired=False, usage=Usage()
            ),
        ),
        *("doubted", {"sql": "SELECT 1", "check": "grain", "detail": "Counted twice."}),
    ),
    (
        Answered(draft=DRAFT, accepted=ACCEPTED, result=SECRET_ROWS, checks=(), repaired=False, usage=Usage()),
        *("done", {}),
    ),
    (AskedBack(clarify=Clarify(question="Which?", choices=()), usage=Usage()), "done", {}),
    (CannotAnswer(refused=Refused(message="No."), usage=Usage()), "done", {}),
    (Failed(code="cancelled", message="Stopped.", details={}, usage=Usage()), "done", {}),
    (
        Failed(code="query_timeout", message="Slow.", details={"deadline_ms": 1}, usage=Usage()),
        *("error", {"code": "query_timeout", "detail": "Slow."}),
    ),
]


@pytest.mark.parametrize(("event", "kind", "payload"), CASES, ids=lambda value: type(value).__name__)
def test_an_event_is_stored_without_rows(event: Event, kind: str, payload: dict[str, Any]) -> None:
    assert event_payload(event) == (kind, payload)
    assert "a person's name" not in json.dumps(payload)


def test_every_kind_of_event_has_a_case() -> None:
    assert {type(event) for event, _, _ in CASES} == set(get_args(Event))
