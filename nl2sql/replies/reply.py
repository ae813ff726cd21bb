"""A run as the API's reply: one JSON shape for every door. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlglot

from nl2sql.events import (
    Answered,
    AskedBack,
    CannotAnswer,
    Drafted,
    Ending,
    Event,
    Failed,
    Found,
    Passed,
    StepDone,
    StepStarted,
    Suggested,
)
from nl2sql.execution.results import json_rows
from nl2sql.generation.base import Draft
from nl2sql.generation.price import money_text
from nl2sql.replies.answer_sentence import answer_sentence
from nl2sql.replies.charts import chart_of
from nl2sql.trust.receipt import Receipt, label_of
from nl2sql.validation.verdict import Accepted
from schema_index.connectors.base import ResultSet
from tenants.cancellation import Cancelled

STATUS = {Answered: "completed", AskedBack: "needs_clarification", CannotAnswer: "cannot_answer", Failed: "failed"}


def reply_body(events: Sequence[Event]) -> dict[str, Any]:
    """All of the reply that follows from the run's events; the run's own fields (ids, times, links) are added to it."""
    ending = events[-1]
    if not isinstance(ending, Answered | AskedBack | CannotAnswer | Failed):
        raise ValueError("A run's last event must be its ending.")
    return {
        **unanswered_body(),
        "status": _status(ending),
        "retrieval": _retrieval(events),
        "suggestions": [question for event in events if isinstance(event, Suggested) for question in event.questions],
        "steps": _steps(events),
        "usage": {
            "model": ending.usage.model,
            "input_tokens": ending.usage.input_tokens,
            "output_tokens": ending.usage.output_tokens,
            "cost": money_text(ending.usage.cost),
        },
        **_outcome(ending),
        **(_failed(ending, events) if isinstance(ending, Failed) else {}),
    }


def unanswered_body() -> dict[str, Any]:
    """Every part of a reply while nothing is known: of a run that is still at work."""
    return {
        "status": "running",
        "interpreted_as": "",
        "answer": "",
        "explanation": "",
        "assumptions": [],
        "sql": None,
        "result": None,
        "chart": None,
        "trust": None,
        "follow_up": None,
        "clarification": None,
        "refusal": None,
        "retrieval": {"tables": [], "knowledge": []},
        "suggestions": [],
        "steps": [],
        "usage": {"model": "", "input_tokens": 0, "output_tokens": 0, "cost": None},
    }


def pretty_sql(sql: str, *, dialect: str) -> str:
    """The statement over several lines, for people. What runs is the original."""
    return sqlglot.parse_one(sql, dialect=dialect).sql(dialect=dialect, pretty=True)


def said_choice(choice: Mapping[str, str]) -> str:
    """As people and agents see it; sent back whole, it is understood."""
    return f"{choice['text']}: {choice['reading']}" if choice["reading"] else choice["text"]


def _status(ending: Ending) -> str:
    is_stopped = isinstance(ending, Failed) and ending.code == Cancelled.code
    return "cancelled" if is_stopped else STATUS[type(ending)]


def _failed(ending: Failed, events: Sequence[Event]) -> dict[str, Any]:
    """Why there is no answer, at which step, and what there was by then: a statement that was proven stays useful."""
    step = next((event.name for event in reversed(events) if isinstance(event, StepStarted)), None)
    passed = next((event for event in reversed(events) if isinstance(event, Passed)), None)
    drafted = next((event for event in reversed(events) if isinstance(event, Drafted)), None)
    error = {"code": ending.code, "detail": ending.message, **ending.details, **({"step": step} if step else {})}
    known = {} if passed is None or drafted is None else {"sql": _sql(passed.accepted, drafted.draft, passed.repaired)}
    return {"answer": ending.message, "error": error, **known}


def _outcome(ending: Ending) -> dict[str, Any]:
    if isinstance(ending, Answered):
        return _answered(ending)
    if isinstance(ending, AskedBack):
        choices = [{"text": one.text, "reading": one.reading} for one in ending.clarify.choices]
        return {
            "answer": ending.clarify.question,
            "clarification": {"question": ending.clarify.question, "choices": choices},
        }
    if isinstance(ending, CannotAnswer):
        refused = ending.refused
        return {
            "answer": refused.message,
            "refusal": {"missing": list(refused.missing), "available": list(refused.available)},
        }
    return {}


def _answered(ending: Answered) -> dict[str, Any]:
    accepted, result = ending.accepted, _result(ending.result)
    return {
        "interpreted_as": ending.draft.interpreted_as,
        "answer": answer_sentence(ending.result),
        "explanation": _explanation(ending),
        "assumptions": list(ending.draft.assumptions),
        "sql": {
            **_sql(accepted, ending.draft, ending.repaired),
            "warnings": [check.detail for check in ending.checks if check.outcome == "failed"],
        },
        "follow_up": _follow_up(ending.receipt),
        "result": result,
        "chart": chart_of(result),
        "trust": {
            "label": label_of(ending.checks),
            "verified": _vouched(ending.draft),
            "checks": [
                {"name": check.name, "outcome": check.outcome, "detail": check.detail} for check in ending.checks
            ],
            "receipt": None if ending.receipt is None else _receipt(ending.receipt),
        },
    }


def _sql(accepted: Accepted, draft: Draft, repaired: bool) -> dict[str, Any]:
    return {
        "text": accepted.shown,
        "dialect": accepted.dialect,
        "tables": list(accepted.tables),
        "columns": list(accepted.columns),
        "generator": draft.generator,
        "edited": draft.is_given,
        "repaired": repaired,
        "warnings": [],
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "tables": list(receipt.tables),
        "columns": list(receipt.columns),
        "filters": list(receipt.filters),
        "definitions": [{"kind": kind, "title": title} for kind, title in receipt.definitions],
        "not_done": [{"name": name, "reason": reason} for name, reason in receipt.not_done],
        "catalogue": {
            "revision": receipt.catalogue_revision,
            "synced_at": receipt.synced_at.isoformat() if receipt.synced_at else None,
        },
        "verified_by": receipt.verified_by or None,
        "follow_up": _follow_up(receipt),
        "cached": receipt.cached,
        "edited": receipt.edited,
        "other_statements": [{"sql": one.sql, "fate": one.fate} for one in receipt.others],
    }


def _follow_up(receipt: Receipt | None) -> dict[str, Any] | None:
    follow_up = receipt.follow_up if receipt else None
    return None if follow_up is None else {"of": follow_up.of, "difference": list(follow_up.difference)}


def _vouched(draft: Draft) -> dict[str, Any] | None:
    vouched = draft.vouched
    return None if vouched is None else {"query_id": vouched.query_id, "by": vouched.by, "on": vouched.on}


def _explanation(ending: Answered) -> str:
    if (vouched := ending.draft.vouched) is not None:
        tables = ", ".join(ending.accepted.tables)
        return f"Verified by {vouched.by} on {vouched.on}, and reused without a language model; reads {tables}."
    tables = ", ".join(ending.accepted.tables)
    if ending.receipt is not None and ending.receipt.cached:
        return f"Written by a language model when the same was asked before; proven and run anew. Reads {tables}."
    if ending.draft.is_given:
        return f"Edited by hand; reads {tables}."
    by = "a language model" if ending.usage.model else "Querent's composer, without a language model"
    return f"Written by {by}; reads {tables}."


def _result(result: ResultSet | None) -> dict[str, Any] | None:
    if result is None:
        return None
    return {
        "columns": [{"name": column.name, "type": column.kind} for column in result.columns],
        "rows": json_rows(result),
        "row_count": len(result.rows),
        "truncated": result.truncated,
    }


def _retrieval(events: Iterable[Event]) -> dict[str, Any]:
    found = next((event.retrieved for event in events if isinstance(event, Found)), None)
    if found is None:
        return {"tables": [], "knowledge": []}
    return {
        "tables": [
            {"name": hit.qualified_name, "similarity": hit.similarity, "reason": hit.reason} for hit in found.tables
        ],
        "knowledge": [
            {"kind": hit.kind, "title": hit.title, "similarity": hit.similarity, "stale_reason": hit.stale_reason}
            for hit in found.knowledge
        ],
    }


def _steps(events: Iterable[Event]) -> list[dict[str, Any]]:
    return [
        {"name": event.name, "status": "done", "ms": event.ms, "attempt": event.attempt}
        for event in events
        if isinstance(event, StepDone)
    ]
