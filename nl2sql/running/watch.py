"""Watches over a run while this process works on it: hears the word to stop, keeps the deadline, renews the lease."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import Error, connection
from django.utils import timezone

from nl2sql.models import Run, RunStatus
from nl2sql.running.work_time import LEASE
from tenants.cancellation import Cancellation
from tenants.context import tenant_transaction

LOOK_S = 0.3
"""Between looks at whether somebody pressed Stop. Most runs without a model are over before the first."""

_log = structlog.stdlib.get_logger(__name__)


@contextmanager
def watched(run: Run, stop: Cancellation) -> Iterator[None]:
    """While the block lasts, `stop` is told when the run is cancelled, past its deadline, or ended by another process.

    A thread with a database connection of its own, for runs that last longer than one look.
    """
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(run, stop, over), name="run-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _watch(run: Run, stop: Cancellation, over: threading.Event) -> None:
    try:
        while not over.wait(_pause_s(run)):
            if run.deadline_at is not None and run.deadline_at <= timezone.now():
                stop.cancel("deadline_exceeded")
                return
            if _should_stop(run):
                stop.cancel()
                return
    finally:
        connection.close()


def _pause_s(run: Run) -> float:
    if run.deadline_at is None:
        return LOOK_S
    return max(0.0, min(LOOK_S, (run.deadline_at - timezone.now()).total_seconds()))


def _should_stop(run: Run) -> bool:
    """Renews the lease when a third of it is used. A database out of reach stops nothing: the end will tell."""
    now = timezone.now()
    try:
        with tenant_transaction(run.tenant_id):
            own = Run.objects.filter(id=run.id)
            seen = own.values_list("status", "cancel_requested_at", "lease_until").first()
            if seen is None:
                return False  # opened in a transaction that is not over
            status, requested_at, lease_until = seen
            if lease_until is None or lease_until - now < LEASE * 2 / 3:
                own.filter(status=RunStatus.RUNNING).update(lease_until=now + LEASE)
    except Error as error:
        _log.warning("a run could not be watched", run=str(run.id), kind=type(error).__name__)
        connection.close()
        return False
    return status != RunStatus.RUNNING or requested_at is not None
