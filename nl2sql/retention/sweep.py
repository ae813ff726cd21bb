"""Lets go of what a tenant has kept long enough, in small transactions, by the database's clock.

Whatever is left when a sweep's time is over goes with the next one; several at once never meet at the same row.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from nl2sql.answering import answer_cache
from nl2sql.metrics import SWEPT, SWEPT_AT
from nl2sql.models import Conversation, Run
from nl2sql.replies.stream_events import ENDS
from nl2sql.retention.expiry import LEFT
from nl2sql.running.idempotency import KEPT
from tenants import audit
from tenants.audit_retention import delete_old_events
from tenants.context import current_tenant_id, tenant_transaction
from tenants.models import AuditEvent, RequestCount, Tenant
from tenants.retention import retention_of

BATCH = 500
"""Rows of one transaction: locks are held for tenths of a second."""

COUNTS_KEPT = timedelta(days=1)
"""Of requests: a caller who comes back is counted in a new row."""

ACTOR = "system:retention"

# Every event but the last, which tells whoever reads them again how the run ended.
_EMPTY = """
WITH due AS (
    SELECT id FROM nl2sql_run
    WHERE tenant_id = %(tenant)s AND emptied_at IS NULL AND completed_at < now() - make_interval(days => %(days)s)
    ORDER BY completed_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), events AS (
    DELETE FROM nl2sql_runevent
    WHERE tenant_id = %(tenant)s AND run_id IN (SELECT id FROM due) AND kind <> ALL(%(ends)s)
)
UPDATE nl2sql_run SET emptied_at = now(),
    reply = CASE WHEN jsonb_typeof(reply -> 'result') = 'object' THEN reply || %(left)s::jsonb ELSE reply END
WHERE id IN (SELECT id FROM due)
"""

Work = Callable[[], int | None]
"""One batch: rows that went, None where it cannot be done here. Less than BATCH ends the kind."""


class Sweep:
    """Ends by itself after `seconds`: `is_done` says whether something may be left."""

    def __init__(self, *, seconds: float) -> None:
        self._ends_at = monotonic() + seconds
        self.is_done = True

    def tenant(self, tenant: Tenant) -> Counter[str]:
        """Rows that went, by kind; the tenant's audit trail tells it too."""
        gone = Counter({kind: self._all(kind, work) for kind, work in _works(tenant)})
        gone = +gone
        if gone:
            with tenant_transaction(tenant.id):
                audit.record("retention.swept", actor=ACTOR, subject="", **gone)
        return gone

    def sessions(self) -> int:
        """Of people of all tenants."""
        return self._all("sessions", _end_sessions)

    def over(self) -> None:
        if self.is_done:
            SWEPT_AT.set_to_current_time()

    def _all(self, kind: str, work: Work) -> int:
        total = 0
        while True:
            if monotonic() > self._ends_at:
                self.is_done = False
                return total
            rows = work()
            if rows is None:
                self.is_done = False
                return total
            total += rows
            SWEPT.labels(kind).inc(rows)
            if rows < BATCH:
                return total


def _works(tenant: Tenant) -> Iterator[tuple[str, Work]]:
    """Results before their questions: only what was emptied is deleted."""
    kept = retention_of(tenant)

    def inside(work: Callable[[], int]) -> Work:
        def done() -> int:
            with tenant_transaction(tenant.id):
                return work()

        return done

    if (results := kept.results) is not None:
        yield "results", inside(lambda: _empty_runs(results))
    if (questions := kept.questions) is not None:
        yield "questions", inside(lambda: _delete(_emptied(questions)))
        yield "conversations", inside(lambda: _delete(_unasked(questions)))
    yield "answers", inside(answer_cache.sweep)
    yield "idempotency_keys", inside(_forget_keys)
    yield "request_counts", inside(lambda: _delete(RequestCount.objects.filter(since__lt=Now() - COUNTS_KEPT)))
    if (trail := kept.audit) is not None:
        yield "audit_events", lambda: _delete_events(tenant.id, kept=trail)


def _empty_runs(kept: timedelta) -> int:
    values: dict[str, Any] = {"tenant": current_tenant_id(), "days": kept.days, "limit": BATCH}
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, {**values, "ends": list(ENDS), "left": json.dumps(dict(LEFT))})
        return int(cursor.rowcount)


def _batch(due: "QuerySet[Any]") -> list[UUID]:
    """Ids of a batch of the rows, which this transaction holds from now on."""
    return list(due.select_for_update(skip_locked=True).values_list("id", flat=True)[:BATCH])


def _emptied(kept: timedelta) -> "QuerySet[Run]":
    return Run.objects.filter(emptied_at__isnull=False, completed_at__lt=Now() - kept).order_by("completed_at")


def _unasked(kept: timedelta) -> "QuerySet[Conversation]":
    without = ~Exists(Run.objects.filter(conversation=OuterRef("pk")))
    return Conversation.objects.filter(without, created_at__lt=Now() - kept)


def _delete(due: "QuerySet[Any]") -> int:
    """With what else is stored of them: of runs, feedback and the last event."""
    ids = _batch(due)
    due.model._default_manager.filter(id__in=ids).delete()
    return len(ids)


def _forget_keys() -> int:
    due = Run.objects.filter(created_at__lt=Now() - KEPT).exclude(idempotency_key="")
    ids = _batch(due)
    return Run.objects.filter(id__in=ids).update(idempotency_key="")


def _delete_events(tenant_id: UUID, *, kept: timedelta) -> int | None:
    """The owner's connection is not every worker's: it is tried where there is something to delete."""
    with tenant_transaction(tenant_id):
        if not AuditEvent.objects.filter(at__lt=Now() - kept).exists():
            return 0
    return delete_old_events(tenant_id, kept=kept, limit=BATCH)


def _end_sessions() -> int:
    keys = list(Session.objects.filter(expire_date__lt=Now()).values_list("session_key", flat=True)[:BATCH])
    return Session.objects.filter(session_key__in=keys).delete()[0]
