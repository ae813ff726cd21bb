"""The same request sent twice is one run: kept in the database, so that it holds for every process."""

from datetime import timedelta

from django.utils import timezone

from nl2sql.models import Run
from tenants.domain_error import DomainError

KEPT = timedelta(hours=24)
"""How long a key stands for its run; afterwards it may be used again."""


class IdempotencyMismatch(DomainError):
    """The key stands for another request of the last 24 hours: take a new key for a new request."""

    code = "idempotency_mismatch"


class IdempotencyInProgress(DomainError):
    """The first request with this key is still at work: send it again in a moment, and get its reply."""

    code = "idempotency_in_progress"
    retryable = True


def earlier(actor: str, *, key: str, digest: str) -> Run | None:
    """The run that this key of this actor stands for. Needs an open scope. Raises IdempotencyMismatch."""
    if not key:
        return None
    kept = Run.objects.filter(actor=actor, idempotency_key=key)
    kept.filter(created_at__lte=timezone.now() - KEPT).update(idempotency_key="")
    run = kept.select_related("tenant").first()
    if run is not None and run.request_hash != digest:
        raise IdempotencyMismatch("This Idempotency-Key was sent with another request: take a new one.")
    return run
