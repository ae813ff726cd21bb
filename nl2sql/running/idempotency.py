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


def earlier(run: Run) -> Run | None:
    """The run that the key of one not yet opened stands for. Needs an open scope. Raises IdempotencyMismatch."""
    if not run.idempotency_key:
        return None
    kept = Run.objects.filter(actor=run.actor, idempotency_key=run.idempotency_key)
    kept.filter(created_at__lte=timezone.now() - KEPT).update(idempotency_key="")
    found = kept.select_related("tenant").first()
    if found is not None and found.request_hash != run.request_hash:
        raise IdempotencyMismatch("This Idempotency-Key was sent with another request: take a new one.")
    return found
