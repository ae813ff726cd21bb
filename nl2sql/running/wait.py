"""Waits for the end of a run that another process carries out."""

import threading
from collections.abc import Callable
from uuid import UUID

from django.db import connection

from nl2sql.models import Run, RunStatus
from nl2sql.running.news import News, news_of
from nl2sql.running.own_run import find
from tenants.outage import through_outage
from tenants.principal import Principal

LOOK_AGAIN_S = 5.0
"""Without news, the run is looked at itself: one whose process died ends then."""


def wait_for_end(principal: Principal, run_id: UUID, *, nudge: Callable[[UUID], None]) -> Run:
    """The run, over: its deadline and the leases bound the wait. No connection is held meanwhile. While nobody has
    taken the run, `nudge` is called with the tenant's id: its message may be lost. A short outage of the database is
    waited through."""
    ended = threading.Event()

    def hear(news: News) -> None:
        if news.is_over:
            ended.set()

    with news_of(principal.tenant_id, run_id, tell=hear):
        run = find(principal, run_id)
        while run.is_at_work:
            if not connection.in_atomic_block:
                connection.close()
            ended.wait(LOOK_AGAIN_S)
            run = through_outage(lambda: _look(principal, run_id, nudge=nudge))
    return run


def _look(principal: Principal, run_id: UUID, *, nudge: Callable[[UUID], None]) -> Run:
    run = find(principal, run_id)
    if run.status == RunStatus.QUEUED:
        nudge(principal.tenant_id)
    return run
