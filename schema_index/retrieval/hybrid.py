"""Knowledge by meaning and by words: two rankings fused by their ranks, and each hit told why it is there.

Reciprocal-rank fusion: Cormack, Clarke and Büttcher (SIGIR 2009), with their constant. Words find what vectors blur:
names, codes and terms of art, and texts that have no vector yet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from uuid import UUID

from psycopg import sql

from schema_index.embedding.base import Space, Vectors
from schema_index.indexing.chunking import subject_of
from schema_index.knowledge.access import withheld_subjects
from schema_index.knowledge.references import stale_reasons
from schema_index.models import Chunk, ChunkKind
from schema_index.retrieval.keyword import by_keywords, weighted_words
from schema_index.retrieval.keyword_weights import coverage
from schema_index.retrieval.nearest import fetched, nearest_chunks, similarity, vector_literal
from schema_index.retrieval.types import KnowledgeHit
from schema_index.vector_index.partial_index import TABLE, in_space
from tenants.context import current_tenant_id

RANK_CONSTANT = 60
CANDIDATES = 40
"""Of each ranking; what is behind that in one adds less than a first place in the other."""

COVERED = 0.75
"""Share of the question's weight in rare words: a text that holds so much is about it, however far its vector is."""

SHOWN_WORDS = 5

KNOWLEDGE = (ChunkKind.FAQ, ChunkKind.DOCUMENT)


def hybrid_knowledge(
    question: str,
    vector: Vectors,
    *,
    space: Space,
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
        vector, space=space, kinds=KNOWLEDGE, source_id=source_id, limit=CANDIDATES, threshold=threshold
    )
    words = weighted_words(question)
    worded = by_keywords(words, kinds=KNOWLEDGE, source_id=source_id, limit=CANDIDATES)
    ranked = fused([[chunk_id for chunk_id, _ in ranking] for ranking in (nearest, worded)])
    texts = _texts(list(ranked), vector, space=space)
    withheld = withheld_subjects((subject for subject, _ in texts.values()), role=role) if role is not None else ()
    found = (texts[chunk_id] for chunk_id in ranked if chunk_id in texts)
    # Lazily: telling how a text is covered costs more than ranking it.
    told = ((subject, _told(hit, words, threshold)) for subject, hit in found if subject not in withheld)
    chosen = list(islice(((subject, hit) for subject, hit in told if hit is not None), limit))
    stale = stale_reasons(subject for subject, _ in chosen)
    return tuple(replace(hit, stale_reason=stale.get(subject, "")) for subject, hit in chosen)


def fused(rankings: Iterable[Sequence[UUID]]) -> dict[UUID, float]:
    """Best first, with the sum of 1 / (60 + rank); equal sums keep the order in which they were first seen."""
    scores: dict[UUID, float] = {}
    for ranking in rankings:
        for rank, chunk_id in enumerate(ranking, start=1):
            scores[chunk_id] = scores.get(chunk_id, 0.0) + 1 / (RANK_CONSTANT + rank)
    return dict(sorted(scores.items(), key=lambda item: -item[1]))


def why(similar: float | None, shared: Sequence[str]) -> str:
    """What is told of a text; `similar` is None for one that is less so than the threshold."""
    reasons = [f"similar in meaning ({similar:.2f})"] if similar is not None else []
    if shared:
        reasons.append(f"shares {', '.join(shared[:SHOWN_WORDS])}")
    return "; ".join(reasons)


def _told(hit: KnowledgeHit, words: Mapping[str, float], threshold: float) -> KnowledgeHit | None:
    """With the reason why the text is about the question; None where it is not."""
    covered, shared = coverage(f"{hit.title}\n{hit.text}", words)
    similar = hit.similarity if hit.similarity is not None and hit.similarity >= threshold else None
    return None if similar is None and covered < COVERED else replace(hit, reason=why(similar, shared))


def _texts(chunk_ids: Sequence[UUID], vector: Vectors, *, space: Space) -> dict[UUID, tuple[UUID, KnowledgeHit]]:
    """Subject and text of each chunk, with the similarity of every one that has a vector in the space."""
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
        space=in_space(current_tenant_id(), space, alias="v"),
        tenant=sql.Literal(current_tenant_id()),
        ids=sql.Literal([str(chunk_id) for chunk_id in chunk_ids]),
    )
    return {
        chunk_id: (subject_of(key), _hit(kind, title, text, distance))
        for chunk_id, key, kind, title, text, distance in fetched(statement)
    }


def _hit(kind: str, title: str, text: str, distance: float | None) -> KnowledgeHit:
    similar = None if distance is None else similarity(distance)
    return KnowledgeHit(kind=kind, title=title, text=text, similarity=similar)
