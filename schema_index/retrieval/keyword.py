"""Chunks of one tenant by the words of a question: every sparse vector of the tenant is read, so nothing is missed."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pgvector import SparseVector
from psycopg import sql

from schema_index.models import ChunkWords
from schema_index.retrieval.keyword_weights import DIMENSIONS, MAX_QUESTION_WORDS, dimension_of, rarity, words_of
from schema_index.retrieval.nearest import fetched, of_source
from tenants.context import current_tenant_id, scope_connection

# Of thousands of counted words, the few that are asked for; the concatenation unpacks the object once, not for each.
_FREQUENCIES = """
SELECT sampled, ARRAY(
    SELECT (counts ->> asked)::int FROM unnest(%s::text[]) WITH ORDINALITY AS w (asked, place) ORDER BY place
)
FROM (
    SELECT sampled, counts || '{}' AS counts FROM schema_index_wordfrequencies WHERE tenant_id = %s OFFSET 0
) AS known
"""


def weighted_words(question: str) -> dict[str, float]:
    """The question's words and how rare each is among the tenant's texts. Needs an open scope; one query."""
    words = list(dict.fromkeys(words_of(question)))[:MAX_QUESTION_WORDS]
    dimensions = [str(dimension_of(word)) for word in words]
    with scope_connection().cursor() as cursor:
        cursor.execute(_FREQUENCIES, [dimensions, current_tenant_id()])
        sampled, counts = cursor.fetchone() or (1, [None] * len(words))
    return {word: rarity(count or 0, sampled=sampled) for word, count in zip(words, counts, strict=True)}


def by_keywords(
    words: Mapping[str, float], *, kinds: Sequence[str], source_id: UUID | None, limit: int
) -> tuple[tuple[UUID, float], ...]:
    """Chunk and BM25 score, more is better, best first; only chunks that hold one of the words. Needs an open scope."""
    if not words:
        return ()
    # `<#>` is the inner product times -1. Named once, it is computed once a row.
    weights = SparseVector({dimension_of(word): weight for word, weight in words.items()}, DIMENSIONS)
    statement = sql.SQL(
        "SELECT chunk_id, words <#> {weights}::sparsevec AS score FROM {table} "
        "WHERE tenant_id = {tenant} AND kind IN ({kinds}) AND {of_source} ORDER BY score LIMIT {limit}"
    ).format(
        weights=sql.Literal(weights.to_text()),
        table=sql.Identifier(ChunkWords._meta.db_table),
        tenant=sql.Literal(current_tenant_id()),
        kinds=sql.SQL(", ").join(sql.Literal(str(kind)) for kind in kinds),
        of_source=of_source(source_id),
        limit=sql.Literal(limit),
    )
    return tuple((chunk_id, -score) for chunk_id, score in fetched(statement) if score < 0)
