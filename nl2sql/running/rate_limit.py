"""Slows down one caller's bursts at every door alike: their runs of the last minute are counted, on all processes,
and so are the statements written for them that the guard refused: whoever feels for its edges has to wait."""

from datetime import timedelta
from math import ceil

from django.conf import settings
from django.utils import timezone

from nl2sql.models import Run
from tenants.domain_error import DomainError
from tenants.models import AuditEvent

WINDOW = timedelta(minutes=1)

BLOCKED = "statement.blocked"
"""The audit event of each statement that the guard refused."""


class RateLimited(DomainError):
    """The caller asks faster than the installation lets one: wait, or have QUESTIONS_PER_MINUTE raised."""

    code = "rate_limited"
    retryable = True


def slow_down(actor: str) -> None:
    """Raises RateLimited when the open scope's tenant has a full minute of this caller; details say when to retry.

    To be called after the day's question was reserved: the lock on that row lets one opening run at a time count.
    """
    if actor.startswith("system:"):
        return  # the operator's own commands, which load and measure
    _slow_down_probing(actor)
    limit = settings.ENVIRONMENT.questions_per_minute
    now = timezone.now()
    latest = Run.objects.filter(actor=actor, created_at__gt=now - WINDOW).order_by("-created_at")
    leaving = next(iter(latest.values_list("created_at", flat=True)[limit - 1 : limit]), None)
    if leaving is not None:
        raise RateLimited(
            f"Too many questions: one caller may ask {limit} a minute. Wait a moment.",
            limit=limit,
            retry_after=max(1, ceil((leaving + WINDOW - now).total_seconds())),
        )


def _slow_down_probing(actor: str) -> None:
    limit = settings.ENVIRONMENT.blocked_per_minute
    now = timezone.now()
    latest = AuditEvent.objects.filter(action=BLOCKED, actor=actor, at__gt=now - WINDOW).order_by("-at")
    leaving = next(iter(latest.values_list("at", flat=True)[limit - 1 : limit]), None)
    if leaving is not None:
        raise RateLimited(
            "Too many statements were blocked: wait a moment, and ask differently.",
            limit=limit,
            retry_after=max(1, ceil((leaving + WINDOW - now).total_seconds())),
        )
