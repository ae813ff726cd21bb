"""Waits for the end of a run that another process carries out."""

import time
from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from nl2sql.models import Run
from nl2sql.running.own_run import find
from tenants.principal import Principal

FIRST_PAUSE_S = 0.03
LONGEST_PAUSE_S = 0.5
GROWTH = 1.5


def pauses() -> Iterator[float]:
    """Seconds between looks at something that will happen soon, or later: short at first, then longer.

    Looks, and no notification from the database: those need a session of one's own, which a transaction pooler does
    not give.
    """
    pause = FIRST_PAUSE_S
    while True:
        yield pause
        pause = min(pause * GROWTH, LONGEST_PAUSE_S)


def wait_for_end(principal: Principal, run_id: UUID) -> Run:
    """The run, over: its deadline and the leases bound the wait. No connection is held between looks."""
    for pause in pauses():
        run = find(principal, run_id)
        if not run.is_at_work:
            break
        if not connection.in_atomic_block:
            connection.close()
        time.sleep(pause)
    return run
