"""Celery tasks: they take ids, start on commit, and may run twice."""

import random
from uuid import UUID

import structlog
from celery import Task, shared_task
from django.db import transaction

from schema_index.embedding.base import EmbeddingRejected, EmbeddingUnavailable
from schema_index.embedding.embed_chunks import embed_pending, has_pending
from schema_index.embedding.spaces import configured_embedder
from schema_index.snapshots import sync
from tenants.domain_error import DomainError
from tenants.tenancy import all_tenants

_log = structlog.stdlib.get_logger(__name__)

MAX_RETRIES = 5
FIRST_RETRY_S = 2.0


@shared_task(bind=True, max_retries=MAX_RETRIES, ignore_result=True)
def embed_tenant(self: "Task[[str], None]", tenant_id: str) -> None:
    """Embed whatever the tenant has pending: the work list is in the database, so no message can lose any of it."""
    embedder = configured_embedder()
    try:
        embed_pending(UUID(tenant_id), embedder=embedder)
    except EmbeddingUnavailable as error:
        delay = FIRST_RETRY_S * 2**self.request.retries * random.uniform(0.5, 1.5)  # noqa: S311  jitter
        raise self.retry(exc=error, countdown=delay) from error
    except EmbeddingRejected as error:
        # No other message would mend it; what waits is asked for again when a mended process starts.
        _log.warning("embedding refused", tenant=tenant_id, reason=error.message)
        return
    if has_pending(UUID(tenant_id), embedder=embedder):
        embed_tenant.delay(tenant_id)


@shared_task(ignore_result=True)
def sync_source(tenant_id: str, source_id: str, actor: str) -> None:
    """A failed sync is recorded on the source, where its admins see it; another message would not mend it."""
    try:
        sync(UUID(tenant_id), source_id=UUID(source_id), actor=actor)
    except DomainError as error:
        _log.warning("sync failed", tenant=tenant_id, source=source_id, code=error.code)


@shared_task(ignore_result=True)
def resume_embedding() -> None:
    """After a start: ask for every tenant's pending work, whose messages may have died with the last process."""
    for tenant in all_tenants():
        embed_tenant.delay(str(tenant.id))


def request_embedding(tenant_id: UUID) -> None:
    """Have the tenant's pending chunks embedded once the open transaction is committed.

    Robust: with the broker down the stored change stands, and its chunks wait for the next request or start.
    """
    transaction.on_commit(lambda: embed_tenant.delay(str(tenant_id)), robust=True)
