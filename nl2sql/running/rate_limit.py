"""Slows down one caller's bursts at every door alike: their runs of the last minute are counted, on all processes,
and so are the statements written for them that the guard refused: whoever feels for its edges has to wait."""

from datetime import timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from nl2sql.models import Run
from tenants.models import AuditEvent
from tenants.request_limits import RateLimited

WINDOW = timedelta(minutes=1)

BLOCKED = "statement.blocked"
"""The audit event of each statement that the guard refused."""


def slow_down(actor: str) -> None:
    """Raises RateLimited when the open scope's tenant has a full minute of this caller; details say when to retry.

    To be called after the day's question was reserved: the lock on that row lets one opening run at a time count.
    """
    if actor.startswith("system:"):
        return  # the operator's own commands, which load and measure
    environment = settings.ENVIRONMENT
    blocked = AuditEvent.objects.filter(action=BLOCKED, actor=actor)
    told = "Too many statements were blocked: wait a moment, and ask differently."
    _refuse(blocked, "at", limit=environment.blocked_per_minute, told=told)
    limit = environment.questions_per_minute
    told = f"Too many questions: one caller may ask {limit} a minute. Wait a moment."
    _refuse(Run.objects.filter(actor=actor), "created_at", limit=limit, told=told)


def _refuse(rows: "QuerySet[Any]", at: str, *, limit: int, told: str) -> None:
    """Where as many as `limit` of the rows are of the last minute."""
    now = timezone.now()
    latest = rows.filter(**{f"{at}__gt": now - WINDOW}).order_by(f"-{at}").values_list(at, flat=True)
    leaving = next(iter(latest[limit - 1 : limit]), None)
    if leaving is not None:
        wait_s = max(1, ceil((leaving + WINDOW - now).total_seconds()))
        raise RateLimited(told, limit=limit, retry_after=wait_s)
