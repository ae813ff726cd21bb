"""Which chunks one process is embedding now, so that no other does the same. Leases with an expiry, by the database's
clock: a killed process leaves nothing locked for longer than one request may take.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, ExpressionWrapper, Min, OuterRef, QuerySet
from django.db.models.functions import Now

from schema_index.embedding.base import Embedder, of_space
from schema_index.embedding.batching import pack
from schema_index.indexing.chunks import pending
from schema_index.models import Chunk, EmbeddingClaim
from tenants.clock import from_now
from tenants.context import current_tenant_id, tenant_transaction

STORING_S = 2.0
"""To write a batch's vectors. A lease that ends too early costs a second request, never a second vector."""


def claim(embedder: Embedder, *, holder: UUID, max_items: int, skip: Collection[UUID]) -> list[Chunk]:
    """The next batch that one request carries, without what others hold. Needs an open scope; empty for none."""
    tenant_id = current_tenant_id()
    with connection.cursor() as cursor:
        # One claimer of a space at a time, until the commit: a batch is seen as free, held or done, never between.
        name = f"{tenant_id}:{embedder.model}:{embedder.dimension}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    found = list(_free(embedder).exclude(id__in=skip)[:max_items])
    packed = pack([chunk.text for chunk in found], max_items=max_items, max_tokens=embedder.max_batch_tokens)
    batch = [found[place] for place in next(packed, ())]
    claim = {"tenant_id": tenant_id, "holder": holder, "until": _until(embedder), **of_space(embedder)}
    EmbeddingClaim.objects.bulk_create(
        [EmbeddingClaim(chunk=chunk, **claim) for chunk in batch],
        update_conflicts=True,
        unique_fields=["tenant", "chunk", "model", "dimension"],
        update_fields=["holder", "until"],
    )
    return batch


def extend(embedder: Embedder, *, holder: UUID) -> None:
    """Before each further request for a batch that is already held. Needs an open scope."""
    EmbeddingClaim.objects.filter(holder=holder).update(until=_until(embedder))


def held(batch: Collection[Chunk], *, holder: UUID) -> set[UUID]:
    """Those of the batch that nobody has taken over; they stay this process's until the commit. Needs a scope."""
    mine = EmbeddingClaim.objects.select_for_update().filter(holder=holder, chunk__in=[one.id for one in batch])
    return set(mine.order_by("chunk_id").values_list("chunk_id", flat=True))


def release(holder: UUID, *, batch: Collection[Chunk]) -> None:
    """Give back what is still held of the batch. Needs an open scope."""
    EmbeddingClaim.objects.filter(holder=holder, chunk__in=[chunk.id for chunk in batch]).delete()


def seconds_until_free(tenant_id: UUID, *, embedder: Embedder) -> float | None:
    """0 when a chunk waits for whoever comes, more when all that wait are held by others, None when none waits."""
    with tenant_transaction(tenant_id):
        if _free(embedder).exists():
            return 0.0
        claims = EmbeddingClaim.objects.filter(**of_space(embedder), chunk__in=pending(embedder).order_by())
        expiry = claims.aggregate(left=Min("until") - Now())["left"]
    return None if expiry is None else max(0.0, expiry.total_seconds())


def _free(embedder: Embedder) -> QuerySet[Chunk]:
    taken = EmbeddingClaim.objects.filter(**of_space(embedder), chunk=OuterRef("pk"), until__gt=Now())
    return pending(embedder).filter(~Exists(taken))


def _until(embedder: Embedder) -> "ExpressionWrapper[Any]":
    return from_now(timedelta(seconds=embedder.max_seconds + STORING_S))
