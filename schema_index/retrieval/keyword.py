"""Chunks of one tenant by the words of a question: every sparse vector of the tenant is read, so nothing is missed."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pgvector import SparseVector
from psycopg import sql

from schema_index.models import ChunkWords, WordFrequencies
from schema_index.retrieval.keyword_weights import DIMENSIONS, dimension_of, question_weights, words_of
from schema_index.retrieval.nearest import of_source
from tenants.context import current_tenant_id, scope_connection


def weighted_words(question: str) -> dict[str, float]:
    """The question's words and how rare each is among the tenant's texts. Needs an open scope; one query."""
    words = words_of(question)
    known = WordFrequencies.objects.first()
    if known is None:
        return question_weights(words, counts={}, sampled=1)
    return question_weights(words, counts=known.counts, sampled=known.sampled)


def by_keywords(
    words: Mapping[str, float], *, kinds: Sequence[str], source_id: UUID | None, limit: int
) -> tuple[tuple[UUID, float], ...]:
    """Chunk and BM25 score, more is better, best first; only chunks that hold one of the words. Needs an open scope."""
    if not words:
        return ()
    weights = SparseVector({dimension_of(word): weight for word, weight in words.items()}, DIMENSIONS)
    statement = sql.SQL(
        "SELECT chunk_id, -(words <#> {weights}::sparsevec) AS score FROM {table} "
        "WHERE tenant_id = {tenant} AND kind IN ({kinds}) AND {of_source} "
        "ORDER BY words <#> {weights}::sparsevec LIMIT {limit}"
    ).format(
        weights=sql.Literal(weights.to_text()),
        table=sql.Identifier(ChunkWords._meta.db_table),
        tenant=sql.Literal(current_tenant_id()),
        kinds=sql.SQL(", ").join(sql.Literal(str(kind)) for kind in kinds),
        of_source=of_source(source_id),
        limit=sql.Literal(limit),
    )
    with scope_connection().cursor() as cursor:
        cursor.execute(statement.as_string(None))
        return tuple((chunk_id, score) for chunk_id, score in cursor.fetchall() if score > 0)
