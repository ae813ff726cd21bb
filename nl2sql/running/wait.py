"""Waits for the end of a run that another process carries out."""

import threading
from collections.abc import Callable
from uuid import UUID

from django.db import connection

from nl2sql.models import Run, RunStatus
from nl2sql.running.cancel import cancel
from nl2sql.running.news import News, news_of
from nl2sql.running.own_run import find
from tenants.cancellation import NEVER, Cancellation
from tenants.outage import through_outage
from tenants.principal import Principal

LOOK_AGAIN_S = 10.0
"""Without news, the run is looked at itself: one whose process died ends then. Of many that wait long, each look is two
transactions of the time that all wait for."""


def wait_for_end(
    principal: Principal, run_id: UUID, *, nudge: Callable[[UUID], None], cancellation: Cancellation = NEVER
) -> Run:
    """The run, which was opened just now, over: its deadline and the leases bound the wait. No connection is held
    meanwhile. While nobody has taken the run, `nudge` is called with the tenant's id: its message may be lost. A short
    outage of the database is waited through. When `cancellation` is said the run is stopped, and its end waited for."""
    woken, is_stopped = threading.Event(), False

    def hear(news: News) -> None:
        if news.is_over:
            woken.set()

    with news_of(principal.tenant_id, run_id, tell=hear), cancellation.on_cancel(woken.set):
        run: Run | None = None
        while run is None or run.is_at_work:
            if not connection.in_atomic_block:
                connection.close()
            woken.wait(LOOK_AGAIN_S)
            if cancellation.is_cancelled and not is_stopped:
                is_stopped = True
                woken.clear()  # the end is told again and again
                through_outage(lambda: cancel(principal, run_id))
            run = through_outage(lambda: _look(principal, run_id, nudge=nudge))
    return run


def _look(principal: Principal, run_id: UUID, *, nudge: Callable[[UUID], None]) -> Run:
    run = find(principal, run_id)
    if run.status == RunStatus.QUEUED:
        nudge(principal.tenant_id)
    return run
