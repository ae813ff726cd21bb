"""Nearest chunks of one tenant in one embedding space, by exact search.

The tenant is a constant of each query besides row-level security, and no threshold is in a WHERE: both would keep
PostgreSQL from using a vector index.
"""

from uuid import UUID

from django.db.models import Q, QuerySet
from pgvector.django import CosineDistance

from schema_index.embedding.base import Vectors
from schema_index.models import ChunkEmbedding, ChunkKind
from schema_index.retrieval.types import KnowledgeHit


def nearest_tables(vector: Vectors, *, model: str, source_id: UUID, limit: int) -> dict[str, float]:
    """`schema.table` → cosine similarity, 1 best, of the `limit` most similar.

    `vector` is one unit vector (dimension,).
    """
    rows = (
        _in_space(vector, model)
        .filter(source_id=source_id, kind=ChunkKind.TABLE)
        .annotate(distance=CosineDistance("embedding", vector))
        .order_by("distance")
        .values_list("chunk__object_key", "distance")[:limit]
    )
    return {key: _similarity(distance) for key, distance in rows}


def nearest_knowledge(vector: Vectors, *, model: str, source_id: UUID, limit: int) -> tuple[KnowledgeHit, ...]:
    """FAQ entries and document parts about the source or about the whole tenant, best first."""
    rows = (
        _in_space(vector, model)
        .filter(Q(source_id=source_id) | Q(source_id=None), kind__in=(ChunkKind.FAQ, ChunkKind.DOCUMENT))
        .annotate(distance=CosineDistance("embedding", vector))
        .order_by("distance")
        .values_list("kind", "chunk__title", "chunk__text", "distance")[:limit]
    )
    return tuple(
        KnowledgeHit(kind=kind, title=title, text=text, similarity=_similarity(distance))
        for kind, title, text, distance in rows
    )


def _in_space(vector: Vectors, model: str) -> QuerySet[ChunkEmbedding]:
    """Vectors of other models and dimensions are not comparable, and never meet this one in a query."""
    return ChunkEmbedding.objects.filter(model=model, dimension=vector.shape[-1])


def _similarity(distance: float) -> float:
    return round(1 - distance, 6)
