"""Turns pending chunks of a tenant into vectors. Safe to run twice, at once, or to be killed between any two lines."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.utils import timezone

from schema_index.chunks import pending
from schema_index.embedding.base import Embedder, EmbeddingRejected, Vectors
from schema_index.models import Chunk, ChunkEmbedding
from tenants.context import tenant_transaction

MAX_CHUNKS_PER_CALL = 2_000
"""One task's bound; whoever asked for more asks again."""

PROBE = "orders"
"""A text that no embedder has a reason to refuse."""


def embed_pending(
    tenant_id: UUID,
    *,
    embedder: Embedder,
    chunk_ids: Sequence[UUID] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Embeds the given chunks (all pending ones for None) that still need it and returns how many were written.

    No transaction is open while the embedder works. A text that alone is refused keeps the reason, and the others go
    on. Raises EmbeddingUnavailable, or EmbeddingRejected where every text would be; what was done then stays done.
    """
    with tenant_transaction(tenant_id):
        wanted = pending(model=embedder.model, dimension=embedder.dimension)
        if chunk_ids is not None:
            wanted = wanted.filter(id__in=chunk_ids)
        chunks = list(wanted[:MAX_CHUNKS_PER_CALL])
    done = 0
    for start in range(0, len(chunks), embedder.max_batch):
        done += _embed_batch(tenant_id, chunks[start : start + embedder.max_batch], embedder)
        if progress is not None:
            progress(min(start + embedder.max_batch, len(chunks)), len(chunks))
    return done


def has_pending(tenant_id: UUID, *, embedder: Embedder) -> bool:
    """Whether another call would find work."""
    with tenant_transaction(tenant_id):
        return pending(model=embedder.model, dimension=embedder.dimension).exists()


def _embed_batch(tenant_id: UUID, batch: list[Chunk], embedder: Embedder) -> int:
    try:
        vectors = embedder.embed([chunk.text for chunk in batch])
    except EmbeddingRejected as error:
        if len(batch) > 1:
            # One text may be what the endpoint refuses: find it by halves, and do not lose the others.
            middle = len(batch) // 2
            return sum(_embed_batch(tenant_id, half, embedder) for half in (batch[:middle], batch[middle:]))
        # A wrong key or model refuses this one too, and raises: then no text is to blame.
        embedder.embed([PROBE])
        with tenant_transaction(tenant_id):
            Chunk.objects.filter(id=batch[0].id, content_hash=batch[0].content_hash).update(failure=error.message)
        return 0
    return _store(tenant_id, batch, vectors, embedder)


def _store(tenant_id: UUID, batch: list[Chunk], vectors: Vectors, embedder: Embedder) -> int:
    """Writes vector, model and time together, only for chunks whose text is still the one that was embedded."""
    with tenant_transaction(tenant_id):
        current = dict(
            Chunk.objects.select_for_update()
            .filter(id__in=[chunk.id for chunk in batch])
            .order_by("id")
            .values_list("id", "content_hash")
        )
        rows = [
            ChunkEmbedding(
                tenant_id=tenant_id,
                chunk_id=chunk.id,
                source_id=chunk.source_id,
                kind=chunk.kind,
                model=embedder.model,
                dimension=embedder.dimension,
                content_hash=chunk.content_hash,
                embedding=vector,
                embedded_at=timezone.now(),
            )
            for chunk, vector in zip(batch, vectors, strict=True)
            if current.get(chunk.id) == chunk.content_hash
        ]
        ChunkEmbedding.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["tenant", "chunk", "model"],
            update_fields=["content_hash", "dimension", "embedding", "embedded_at"],
        )
    return len(rows)
