"""Watches over runs while this process works on them: hears the word to stop, keeps deadlines, renews leases."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Q, When

from nl2sql.models import Run, RunStatus
from nl2sql.running.lookout import Lookout
from nl2sql.running.work_time import LEASE, seconds_left
from tenants.cancellation import Cancellation, Reason
from tenants.clock import from_now
from tenants.context import tenant_transaction

LOOK_S = 0.3
"""Between looks at whether somebody pressed Stop. Most runs without a model are over before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worked:
    """`ends_at` by this process's monotonic clock, which does not jump."""

    run_id: UUID
    ends_at: float | None
    stop: Cancellation


@contextmanager
def watched(run: Run, stop: Cancellation) -> Iterator[None]:
    """While the block lasts, `stop` is told when the run is cancelled, past its deadline, or ended by another. The run
    was claimed just now."""
    left_s = seconds_left(deadline_at=run.deadline_at, lease_until=run.lease_until)
    worked = _Worked(run_id=run.id, ends_at=None if left_s is None else time.monotonic() + left_s, stop=stop)
    with _WATCH.taking_part(run.tenant_id, worked):
        yield


def _look(tenant_id: UUID, entries: Sequence[_Worked]) -> None:
    """Leases are renewed when a third is used. A database out of reach stops nothing: the end will tell."""
    for one in entries:
        if one.ends_at is not None and one.ends_at <= time.monotonic():
            _say(one.stop, "deadline_exceeded")
    ids = [one.run_id for one in entries]
    with tenant_transaction(tenant_id):
        is_due = Q(lease_until=None) | Q(lease_until__lt=from_now(LEASE * 2 / 3))
        found = Run.objects.filter(id__in=ids).annotate(is_due=Case(When(is_due, then=True), default=False))
        rows = found.values_list("id", "status", "cancel_requested_at", "is_due")
        # Missing are those that were opened in a transaction that is not over.
        seen = {run_id: (status, requested_at, due) for run_id, status, requested_at, due in rows}
        due = [run_id for run_id, (_, _, is_so) in seen.items() if is_so]
        if due:
            Run.objects.filter(id__in=due, status=RunStatus.RUNNING).update(lease_until=from_now(LEASE))
    for one in entries:
        status, requested_at, _ = seen.get(one.run_id, (RunStatus.RUNNING, None, False))
        if status != RunStatus.RUNNING or requested_at is not None:
            _say(one.stop, "cancelled")


def _say(stop: Cancellation, reason: Reason) -> None:
    """In a thread of its own: to stop a query may take a connection, and the other runs wait for their look."""
    if not stop.is_cancelled:
        threading.Thread(target=stop.cancel, args=(reason,), name="run-stop", daemon=True).start()


_WATCH = Lookout("run-watch", _look, pause_s=LOOK_S)
