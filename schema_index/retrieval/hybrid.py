"""Knowledge by meaning and by words: two rankings fused by their ranks, and each hit told why it is there.

Reciprocal-rank fusion: Cormack, Clarke and Büttcher (SIGIR 2009), with their constant. Words find what vectors blur:
names, codes and terms of art, and texts that have no vector yet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from psycopg import sql

from schema_index.embedding.base import Vectors
from schema_index.indexing.chunking import subject_of
from schema_index.knowledge.access import withheld_subjects
from schema_index.knowledge.references import stale_reasons
from schema_index.models import Chunk, ChunkKind
from schema_index.retrieval.keyword import by_keywords, weighted_words
from schema_index.retrieval.keyword_weights import coverage
from schema_index.retrieval.nearest import nearest_chunks, similarity, vector_literal
from schema_index.retrieval.types import KnowledgeHit
from schema_index.vector_index.partial_index import TABLE, in_space
from tenants.context import current_tenant_id, scope_connection

RANK_CONSTANT = 60
CANDIDATES = 40
"""Of each ranking; what is behind that in one adds less than a first place in the other."""

COVERED = 0.75
"""Share of the question's weight in rare words: a text that holds so much is about it, however far its vector is."""

KNOWLEDGE = (ChunkKind.FAQ, ChunkKind.DOCUMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    subject_id: UUID
    kind: str
    title: str
    text: str
    similarity: float | None


def hybrid_knowledge(
    question: str,
    vector: Vectors,
    *,
    model: str,
    source_id: UUID | None,
    threshold: float,
    limit: int,
    role: str | None = None,
) -> tuple[KnowledgeHit, ...]:
    """FAQ entries and document parts about the source or the whole tenant, best first.

    Without what names something that is hidden from `role`; None stands for nobody, when rankings are measured.
    A hit is as similar as `threshold`, or holds most of the question's rare words. Needs an open scope; seven queries,
    and more where there are policies.
    """
    nearest = nearest_chunks(
        vector, model=model, kinds=KNOWLEDGE, source_id=source_id, limit=CANDIDATES, threshold=threshold
    )
    words = weighted_words(question)
    worded = by_keywords(words, kinds=KNOWLEDGE, source_id=source_id, limit=CANDIDATES)
    ranked = fused([[chunk_id for chunk_id, _ in ranking] for ranking in (nearest, worded)])
    texts = _texts(list(ranked), vector, model=model)
    if role is not None:
        withheld = withheld_subjects({text.subject_id for text in texts.values()}, role=role)
        texts = {chunk_id: text for chunk_id, text in texts.items() if text.subject_id not in withheld}
    hits = ((texts[chunk_id], _why(texts[chunk_id], words, threshold)) for chunk_id in ranked if chunk_id in texts)
    # Lazily: telling how a text is covered costs more than ranking it.
    chosen = list(islice(((text, why) for text, why in hits if why is not None), limit))
    stale = stale_reasons(text.subject_id for text, _ in chosen)
    return tuple(_hit(text, why, stale.get(text.subject_id, "")) for text, why in chosen)


def fused(rankings: Iterable[Sequence[UUID]]) -> dict[UUID, float]:
    """Best first, with the sum of 1 / (60 + rank); equal sums keep the order in which they were first seen."""
    scores: dict[UUID, float] = {}
    for ranking in rankings:
        for rank, chunk_id in enumerate(ranking, start=1):
            scores[chunk_id] = scores.get(chunk_id, 0.0) + 1 / (RANK_CONSTANT + rank)
    return dict(sorted(scores.items(), key=lambda item: -item[1]))


def _why(text: _Text, words: Mapping[str, float], threshold: float) -> str | None:
    """Why the text is about the question; None where it is not."""
    covered, shared = coverage(f"{text.title}\n{text.text}", words)
    is_similar = text.similarity is not None and text.similarity >= threshold
    if not is_similar and covered < COVERED:
        return None
    reasons = [f"similar in meaning ({text.similarity:.2f})"] if is_similar and text.similarity is not None else []
    if shared:
        reasons.append(f"shares {', '.join(shared[:5])}")
    return "; ".join(reasons)


def _hit(text: _Text, reason: str, stale_reason: str) -> KnowledgeHit:
    return KnowledgeHit(
        kind=text.kind,
        title=text.title,
        text=text.text,
        similarity=text.similarity,
        reason=reason,
        stale_reason=stale_reason,
    )


def _texts(chunk_ids: Sequence[UUID], vector: Vectors, *, model: str) -> dict[UUID, _Text]:
    """With the similarity of every one that has a vector in the space, whichever ranking it came from."""
    if not chunk_ids:
        return {}
    statement = sql.SQL(
        "SELECT c.id, c.object_key, c.kind, c.title, c.text, v.embedding <=> {vector} FROM {chunks} c "
        "LEFT JOIN {vectors} v ON v.chunk_id = c.id AND {space} "
        "WHERE c.tenant_id = {tenant} AND c.id = ANY({ids}::uuid[])"
    ).format(
        vector=vector_literal(vector),
        chunks=sql.Identifier(Chunk._meta.db_table),
        vectors=sql.Identifier(TABLE),
        space=in_space(current_tenant_id(), model=model, dimension=vector.shape[-1], alias="v"),
        tenant=sql.Literal(current_tenant_id()),
        ids=sql.Literal([str(chunk_id) for chunk_id in chunk_ids]),
    )
    with scope_connection().cursor() as cursor:
        cursor.execute(statement.as_string(None))
        return {
            chunk_id: _Text(
                subject_id=subject_of(key),
                kind=kind,
                title=title,
                text=text,
                similarity=None if distance is None else similarity(distance),
            )
            for chunk_id, key, kind, title, text, distance in cursor.fetchall()
        }
