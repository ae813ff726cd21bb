"""Searches a tenant's schema, FAQ and documents for a person, who is shown each result with the reason why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal
from uuid import UUID

from schema_index.catalogue import catalogue_of
from schema_index.embedding.base import Embedder, Vectors
from schema_index.embedding.spaces import active_embedder, threshold_for
from schema_index.indexing.chunking import subject_of
from schema_index.indexing.index_replica import read_index
from schema_index.knowledge.access import withheld_subjects
from schema_index.models import Chunk, ChunkKind, DataSource
from schema_index.retrieval.hybrid import fused, why
from schema_index.retrieval.keyword import by_keywords, weighted_words
from schema_index.retrieval.keyword_weights import coverage
from schema_index.retrieval.nearest import nearest_chunks, similarity
from schema_index.schema import Table
from schema_index.snippet import snippet
from schema_index.sources import DataSourceNotSynced, pick
from tenants.context import tenant_transaction
from tenants.principal import Principal

SearchMode = Literal["semantic", "keyword", "hybrid"]

CANDIDATES = 200
FILTERED_CANDIDATES = 2_000
"""Read of each ranking, and read where metadata then leaves many of them out."""

MAX_SOURCES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """`metadata` compares texts: 2026 and "2026" are the same. Tables have none, so that any filter leaves them out."""

    q: str
    mode: SearchMode = "hybrid"
    kinds: tuple[str, ...] = tuple(ChunkKind)
    data_source: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    limit: int = 10
    offset: int = 0
    """Results to pass over: those of the pages before. There are CANDIDATES at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """`score` orders the results of one search, more is better: the cosine of a semantic one, BM25 of one by keywords,
    reciprocal ranks of a hybrid one. `key` is `schema.table`, or the id of the knowledge entry. `data_source` is a
    slug, None for knowledge about the whole tenant."""

    kind: str
    key: str
    title: str
    snippet: str
    score: float
    similarity: float | None
    why: str
    data_source: str | None
    metadata: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranked:
    """By chunk; `scores` best first. `words` are the question's, with their rarity."""

    scores: Mapping[UUID, float]
    similarities: Mapping[UUID, float]
    words: Mapping[str, float]


def search(principal: Principal, request: SearchRequest) -> tuple[SearchResult, ...]:
    """At most `limit`, best first; only what the principal may see.

    Raises DataSourceNotFound, EmbeddingUnavailable or EmbeddingRejected. One embedding, none by keywords alone.
    """
    with tenant_transaction(principal.tenant_id):
        chosen = pick(request.data_source) if request.data_source else None
        sources = [chosen] if chosen else list(DataSource.objects.select_related("snapshot")[:MAX_SOURCES])
    embedder = None if request.mode == "keyword" else active_embedder(principal.tenant_id)
    vector = None if embedder is None else embedder.embed([request.q])[0]
    tables = {(source.id, name): table for source in sources for name, table in _tables(source, principal).items()}
    slugs = {source.id: source.slug for source in sources}

    def read() -> tuple[_Ranked, dict[UUID, Chunk]]:
        ranked = _rank(request, embedder, vector, source_id=chosen.id if chosen else None)
        return ranked, _readable(Chunk.objects.in_bulk(list(ranked.scores)), principal)

    ranked, chunks = read_index(principal.tenant_id, read)
    # What was removed meanwhile is no longer there.
    found = (chunks[chunk_id] for chunk_id in ranked.scores if chunk_id in chunks)
    results = (_result(chunk, tables, ranked, slugs) for chunk in found if _matches(chunk, request.metadata))
    return tuple(
        islice((result for result in results if result is not None), request.offset, request.offset + request.limit)
    )


def _readable(chunks: Mapping[UUID, Chunk], principal: Principal) -> dict[UUID, Chunk]:
    """Without knowledge that names what is hidden from the principal."""
    subjects = {chunk.id: subject_of(chunk.object_key) for chunk in chunks.values() if chunk.kind != ChunkKind.TABLE}
    withheld = withheld_subjects(subjects.values(), role=principal.role)
    return {key: chunk for key, chunk in chunks.items() if subjects.get(key) not in withheld}


def _tables(source: DataSource, principal: Principal) -> dict[str, Table]:
    try:
        return {table.qualified_name: table for table in catalogue_of(source, principal).schema.tables}
    except DataSourceNotSynced:
        return {}


def _rank(
    request: SearchRequest, embedder: Embedder | None, vector: Vectors | None, *, source_id: UUID | None
) -> _Ranked:
    limit = FILTERED_CANDIDATES if request.metadata else CANDIDATES
    words: Mapping[str, float] = {}
    similarities: dict[UUID, float] = {}
    worded: dict[UUID, float] = {}
    if embedder is not None and vector is not None:
        threshold = threshold_for(embedder)
        near = nearest_chunks(vector, space=embedder, kinds=request.kinds, source_id=source_id, limit=limit)
        similarities = {
            chunk_id: similar for chunk_id, distance in near if (similar := similarity(distance)) >= threshold
        }
    if request.mode != "semantic":
        words = weighted_words(request.q)
        worded = dict(by_keywords(words, kinds=request.kinds, source_id=source_id, limit=limit))
    rankings = {"semantic": similarities, "keyword": worded, "hybrid": fused([list(similarities), list(worded)])}
    return _Ranked(scores=rankings[request.mode], similarities=similarities, words=words)


def _result(
    chunk: Chunk, tables: Mapping[tuple[UUID, str], Table], ranked: _Ranked, slugs: Mapping[UUID, str]
) -> SearchResult | None:
    """None for a hidden table, and for one that only words of hidden columns found: that it was would tell of them."""
    table = tables.get((chunk.source_id, chunk.object_key)) if chunk.source_id else None
    is_table = chunk.kind == ChunkKind.TABLE
    similar = ranked.similarities.get(chunk.id)
    text = chunk.text.removeprefix(chunk.title).strip() if table is None else _said_of(table)
    _, shared = coverage(f"{chunk.title} {text}", ranked.words)
    if is_table and (table is None or (similar is None and not shared)):
        return None
    return SearchResult(
        kind=chunk.kind,
        key=chunk.object_key if is_table else chunk.object_key.partition(":")[0],
        title=chunk.title,
        snippet=snippet(text, words=shared),
        score=round(ranked.scores[chunk.id], 6),
        similarity=similar,
        why=why(similar, shared) or "shares words",
        data_source=slugs.get(chunk.source_id) if chunk.source_id else None,
        metadata=chunk.metadata,
    )


def _said_of(table: Table) -> str:
    """Of the visible columns alone, whatever the chunk's text held when it was made."""
    columns = ", ".join(column.name for column in table.columns)
    return f"{table.comment}\n{columns}".strip()


def _matches(chunk: Chunk, wanted: Mapping[str, str]) -> bool:
    return all(name in chunk.metadata and _text(chunk.metadata[name]) == value for name, value in wanted.items())


def _text(fact: object) -> str:
    return str(fact).lower() if isinstance(fact, bool) else str(fact)
