"""Slows down one caller's bursts at every door alike: their runs of the last minute are counted, on all processes,
and so are the statements written for them that the guard refused: whoever feels for its edges has to wait."""

from datetime import timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from tenants.context import current_tenant_id
from tenants.request_limits import RateLimited

WINDOW = timedelta(minutes=1)

BLOCKED = "statement.blocked"
"""The audit event of each statement that the guard refused."""

_LATEST = """
SELECT (SELECT at FROM tenants_auditevent WHERE tenant_id = %(tenant)s AND action = %(blocked)s AND actor = %(actor)s
            AND at > %(since)s ORDER BY at DESC OFFSET %(blocked_most)s - 1 LIMIT 1),
    (SELECT created_at FROM nl2sql_run WHERE tenant_id = %(tenant)s AND actor = %(actor)s
            AND created_at > %(since)s ORDER BY created_at DESC OFFSET %(asked_most)s - 1 LIMIT 1)
"""


def slow_down(actor: str) -> None:
    """Raises RateLimited when the open scope's tenant has a full minute of this caller; details say when to retry.

    To be called after the day's question was reserved: the lock on that row lets one opening run at a time count.
    """
    if actor.startswith("system:"):
        return  # the operator's own commands, which load and measure
    environment, now = settings.ENVIRONMENT, timezone.now()
    blocked_most, asked_most = environment.blocked_per_minute, environment.questions_per_minute
    values: dict[str, Any] = {"tenant": current_tenant_id(), "actor": actor, "blocked": BLOCKED, "since": now - WINDOW}
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, {**values, "blocked_most": blocked_most, "asked_most": asked_most})
        blocked_at, asked_at = cursor.fetchone()
    for leaving, limit, told in (
        (blocked_at, blocked_most, "Too many statements were blocked: wait a moment, and ask differently."),
        (asked_at, asked_most, f"Too many questions: one caller may ask {asked_most} a minute. Wait a moment."),
    ):
        if leaving is not None:
            wait_s = max(1, ceil((leaving + WINDOW - now).total_seconds()))
            raise RateLimited(told, limit=limit, retry_after=wait_s)
