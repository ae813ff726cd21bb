"""Nearest chunks of one tenant in one embedding space, by exact search."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from pgvector.django import CosineDistance

from schema_index.embedding.base import Vectors
from schema_index.models import ChunkEmbedding


@dataclass(frozen=True, slots=True, kw_only=True)
class NearChunk:
    """`similarity` is cosine, 1 best."""

    chunk_id: UUID
    object_key: str
    title: str
    text: str
    kind: str
    similarity: float


def nearest(
    vector: Vectors, *, model: str, kinds: tuple[str, ...], source_id: UUID, limit: int
) -> tuple[NearChunk, ...]:
    """The `limit` most similar chunks of the source, or of the whole tenant's knowledge, best first.

    `vector` is one unit vector (dimension,) of the space `model`. The tenant is a constant of the query besides
    row-level security, and no threshold is in its WHERE: both would keep PostgreSQL from using a vector index.
    """
    rows = (
        ChunkEmbedding.objects.filter(Q(source_id=source_id) | Q(source_id=None), model=model, kind__in=kinds)
        .annotate(distance=CosineDistance("embedding", vector))
        .order_by("distance")
        .values_list("chunk_id", "chunk__object_key", "chunk__title", "chunk__text", "kind", "distance")[:limit]
    )
    return tuple(
        NearChunk(
            chunk_id=chunk_id, object_key=key, title=title, text=text, kind=kind, similarity=round(1 - distance, 6)
        )
        for chunk_id, key, title, text, kind, distance in rows
    )
