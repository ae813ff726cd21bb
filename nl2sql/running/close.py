"""Ends a run, once: by the process that worked on it, or by whoever finds that nobody does any more."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import structlog
from django.db.models import Max, Q
from django.db.models.functions import Now
from django.utils import timezone

from nl2sql.events import Answered, Ending, Event, Failed
from nl2sql.generation.base import Usage
from nl2sql.metrics import observe_end
from nl2sql.models import Run, RunEvent, RunStatus
from nl2sql.models.run import AT_WORK
from nl2sql.replies.event_payload import event_payload
from nl2sql.replies.reply import reply_body
from nl2sql.replies.stored_json import storable
from nl2sql.running.recorder import Recorder, Superseded
from nl2sql.running.run_lines import tell_end
from nl2sql.running.work_time import Left, left_behind
from tenants import audit, quotas
from tenants.cancellation import Cancelled
from tenants.clock import database_now
from tenants.context import tenant_transaction
from tenants.outage import through_outage

_log = structlog.stdlib.get_logger(__name__)

WRITTEN = [
    *("reply", "status", "completed_at", "model", "input_tokens", "output_tokens", "cost"),
    *("sql", "access_digest", "error_code", "error_detail"),
]

STOPPED = "The question was stopped."

WORDS: dict[Left, str] = {
    "never_taken": "No worker took the question in time: ask again.",
    "process_gone": "The run was interrupted: the process at work on it ended. Ask again.",
    "overdue": "The run was interrupted: it went past its deadline. Ask again.",
}


def close(run: Run, recorder: Recorder, *, ended: Callable[[Run], None] | None = None) -> None:
    """Writes how the run ended, whatever happened; a run that ended without an ending has met a bug and says so.

    Where another process has ended it already, that stands, and `run` shows it. `ended` is called in the same
    transaction, either way.
    """
    ending = recorder.events[-1] if recorder.events else None
    if not isinstance(ending, Ending):
        ending = Failed(code="internal_error", message="The run was interrupted.", details={}, usage=Usage())
        recorder.events.append(ending)
    _take_over(run, recorder.events, ending)

    def end() -> None:
        with tenant_transaction(run.tenant_id):
            recorder.store()
            if not _write(run):
                raise Superseded
            _count(run, ending)  # late: it locks the tenant's row of the day
            if ended is not None:
                ended(run)  # last: whose turn it is must be seen as near the commit as can be

    try:
        through_outage(end)
    except Superseded:
        _log.warning("a run was ended by another process while it was at work", run=str(run.id))
        with tenant_transaction(run.tenant_id), suppress(Run.DoesNotExist):
            if ended is not None:
                ended(run)
            run.refresh_from_db(from_queryset=Run.objects.select_related("tenant"))


def close_left_behind(run: Run) -> Run:
    """The run as it is, ended if nobody works on it any more. Needs an open scope; of several readers one closes it."""
    if not run.is_at_work or _why_left(run) is None:
        return run
    run = Run.objects.select_for_update(of=("self",)).select_related("tenant").get(id=run.id)
    why = _why_left(run)
    if why is not None and run.cancel_requested_at is not None:
        end_without_work(run, code=Cancelled.code, message=STOPPED)
    elif why is not None:
        end_without_work(run, message=WORDS[why])
    return run


def end_without_work(run: Run, *, message: str, code: str = "interrupted") -> None:
    """Ends a run from outside, with what is known of it. Needs an open scope."""
    ending = Failed(code=code, message=message, details={}, usage=Usage())
    last = RunEvent.objects.filter(run=run).aggregate(last=Max("sequence"))["last"] or 0
    kind, payload = event_payload(ending)
    RunEvent.objects.create(tenant_id=run.tenant_id, run=run, sequence=last + 1, kind=kind, payload=payload)
    _take_over(run, [ending], ending)
    if _write(run):
        _count(run, ending)
        tell_end(run)


def overdue_ids() -> list[UUID]:
    """Runs of the open scope's tenant that may have been left behind."""
    late = Q(deadline_at=None) | Q(deadline_at__lt=Now()) | Q(status=RunStatus.RUNNING, lease_until__lt=Now())
    return list(Run.objects.filter(late, status__in=AT_WORK).values_list("id", flat=True))


def _why_left(run: Run) -> Left | None:
    now = database_now()
    return left_behind(status=run.status, deadline_at=run.deadline_at, lease_until=run.lease_until, now=now)


def _take_over(run: Run, events: list[Event], ending: Ending) -> None:
    run.reply = storable(reply_body(events))
    run.status = run.reply["status"]
    run.completed_at = timezone.now()
    run.model = ending.usage.model
    run.input_tokens, run.output_tokens = ending.usage.input_tokens, ending.usage.output_tokens
    run.cost = ending.usage.cost
    if isinstance(ending, Answered):
        run.sql = ending.accepted.sql
    if isinstance(ending, Failed):
        run.error_code, run.error_detail = ending.code, storable(ending.message)


def _write(run: Run) -> bool:
    """Whether the run was still at work."""
    values = {name: getattr(run, name) for name in WRITTEN}
    return Run.objects.filter(id=run.id, status__in=AT_WORK).update(**values) == 1


def _count(run: Run, ending: Ending) -> None:
    observe_end(run)
    quotas.count_tokens(input_tokens=run.input_tokens, output_tokens=run.output_tokens)
    audit.record("question.ended", actor=run.actor, subject=str(run.id), status=run.status, **_seen(ending))


def _seen(ending: Ending) -> dict[str, list[str]]:
    """What the statement names, as the catalogue spells it; columns only where rows were read, so that the audit
    trail can say who saw one."""
    if not isinstance(ending, Answered):
        return {"tables": [], "columns": []}
    columns = ending.accepted.columns if ending.result is not None else ()
    return {"tables": list(ending.accepted.tables), "columns": list(columns)}
