"""Events as stored rows: a kind and JSON. Results are not repeated here; they stand in the run's reply. Pure."""

from typing import Any

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
from tenants.cancellation import Cancelled


def event_payload(event: Event) -> tuple[str, dict[str, Any]]:  # noqa: PLR0911  one for each kind of event
    match event:
        case StepStarted():
            return "step", {"name": event.name, "status": "running", "attempt": event.attempt}
        case StepDone():
            return "step", {"name": event.name, "status": "done", "ms": event.ms, "attempt": event.attempt}
        case Found():
            return "retrieved", {"tables": [hit.qualified_name for hit in event.retrieved.tables]}
        case Drafted():
            return "drafted", {"sql": event.draft.sql, "generator": event.draft.generator}
        case Blocked():
            rules = [{"code": one.code, "message": one.message} for one in event.violations]
            return "blocked", {"sql": event.sql, "violations": rules}
        case Passed():
            return "sql", {"sql": event.accepted.shown, "tables": list(event.accepted.tables)}
        case QueryFailed():
            return "query_failed", {"sql": event.sql, "message": event.message}
        case Doubted():
            return "doubted", {"sql": event.sql, "check": event.check.name, "detail": event.check.detail}
        case Suggested():
            return "suggestions", {"questions": list(event.questions)}
        case Answered() | AskedBack() | CannotAnswer():
            return "done", {}
        case Failed() if event.code == Cancelled.code:
            return "done", {}
        case Failed():
            return "error", {"code": event.code, "detail": event.message}
