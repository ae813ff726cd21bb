"""Writes vectors beside the texts they were made of."""

from collections.abc import Sequence

from django.utils import timezone

from schema_index.embedding.base import Vectors
from schema_index.models import Chunk, ChunkEmbedding


def write_vectors(chunks: Sequence[Chunk], vectors: Vectors, *, model: str, dimension: int) -> int:
    """Vector, model, hash and time together: new rows, or in place of the chunk's old vector in the same space.

    `vectors` are n x dimension, in the order of `chunks`, which the caller holds locked. Needs an open scope; one
    statement. Returns how many were written.
    """
    now = timezone.now()
    ChunkEmbedding.objects.bulk_create(
        [
            ChunkEmbedding(
                tenant_id=chunk.tenant_id,
                chunk_id=chunk.id,
                source_id=chunk.source_id,
                kind=chunk.kind,
                model=model,
                dimension=dimension,
                content_hash=chunk.content_hash,
                embedding=vector,
                embedded_at=now,
            )
            for chunk, vector in zip(chunks, vectors, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["tenant", "chunk", "model", "dimension"],
        update_fields=["content_hash", "embedding", "embedded_at"],
    )
    return len(chunks)
