"""The product's side of the vector benchmark: its own tables, index builder, queries and writes, as its own roles.

Rows are copied in by the server's administrator, because COPY cannot write under row-level security; everything that
is measured goes through the product's functions under the application's role.
"""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from pgvector import HalfVector, SparseVector
from pgvector.psycopg import register_vector
from psycopg.types.json import Jsonb

from benchmarks.vector_rows import DIMENSION, KINDS, LIMIT, TENANTS, THRESHOLD, Floats, Query, Texts, VectorRows
from schema_index.embedding.base import SpaceKey
from schema_index.indexing.keyword_index import refresh_frequencies, write_words
from schema_index.models import Chunk
from schema_index.retrieval.hybrid import hybrid_knowledge
from schema_index.retrieval.keyword_weights import DIMENSIONS, text_weights
from schema_index.retrieval.nearest import exactly_nearest, nearest_chunks, similarity
from schema_index.vector_index.measure import vector_indexes
from schema_index.vector_index.tend import tend
from schema_index.vector_index.write import write_vectors
from tenants import tenancy
from tenants.context import tenant_transaction

SPACE = SpaceKey("benchmark", DIMENSION)
HASH = "0" * 64
PIECE = 5_000

_texts: list[Texts] = []


def created_tenants() -> list[UUID]:
    return [
        tenancy.create(slug=f"tenant-{number}", name=f"Tenant {number}", actor="system:benchmark").id
        for number in range(TENANTS)
    ]


def written_texts(rows: VectorRows) -> Iterator[tuple[list[str], list[str]]]:
    """Texts and their sparse words, in pieces of the rows' order, by all cores."""
    pieces = [(start, rows.topics[start : start + PIECE]) for start in range(0, len(rows.topics), PIECE)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(_write_piece, pieces)


def _write_piece(piece: tuple[int, Any]) -> tuple[list[str], list[str]]:
    if not _texts:
        _texts.append(Texts())
    start, topics = piece
    texts = [_texts[0].text(start + place, int(topic)) for place, topic in enumerate(topics)]
    return texts, [
        SparseVector(text_weights(f"t{start + at}\n{text}"), DIMENSIONS).to_text() for at, text in enumerate(texts)
    ]


def _key(row: int) -> str:
    """As of a knowledge entry: its id, and the part's number."""
    return f"{UUID(int=row)}:0"


class Product:
    def __init__(self, rows: VectorRows, tenant_ids: Sequence[UUID]) -> None:
        self._rows = rows
        self.text_seconds = 0.0
        self._tenant_ids = tenant_ids
        high = np.random.default_rng(5).integers(0, 2**62, len(rows.topics))
        # Random in front, as the product's ids are, and the row's number behind.
        self._ids = [UUID(int=(int(bits) << 64) | row) for row, bits in enumerate(high)]

    def load(self, admin: "psycopg.Connection[Any]", texts: Sequence[str], words: Sequence[str]) -> None:
        register_vector(admin)
        admin.execute("SET session_replication_role = replica")  # no foreign keys to check a million times
        tenants, now, kinds = self._rows.tenants(), datetime.now(UTC), self._rows.kinds
        arrival = [int(row) for row in self._rows.arrival]

        def copy(table: str, columns: dict[str, str], values: Any) -> None:
            names = ", ".join(("id", "tenant_id", "kind", *columns))
            with admin.cursor().copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as target:
                target.set_types(["uuid", "uuid", "varchar", *columns.values()])
                for row in arrival:
                    identity = (self._ids[row], self._tenant_ids[tenants[row]], KINDS[kinds[row]])
                    target.write_row((*identity, *values(row)))

        copy(
            "schema_index_chunk",
            {
                "object_key": "text",
                "title": "text",
                "text": "text",
                "content_hash": "varchar",
                "metadata": "jsonb",
                "updated_at": "timestamptz",
            },
            lambda row: (_key(row), f"t{row}", texts[row], HASH, Jsonb({}), now),
        )
        copy(
            "schema_index_chunkembedding",
            {
                "chunk_id": "uuid",
                "model": "varchar",
                "dimension": "int4",
                "content_hash": "varchar",
                "embedding": "halfvec",
                "embedded_at": "timestamptz",
            },
            lambda row: (self._ids[row], *SPACE, HASH, HalfVector(self._rows.vectors[row]), now),
        )
        admin.execute("CREATE TEMP TABLE words_in (row int, words text)")
        with admin.cursor().copy("COPY words_in FROM STDIN") as target:
            for row, text in enumerate(words):
                target.write_row((row, text))
        admin.execute("CREATE INDEX ON words_in (row)")
        admin.execute(
            "INSERT INTO schema_index_chunkwords (id, tenant_id, chunk_id, kind, words) "
            "SELECT c.id, c.tenant_id, c.id, c.kind, w.words::sparsevec FROM schema_index_chunk c "
            "JOIN words_in w ON w.row = substr(c.title, 2)::int"
        )
        admin.execute("DROP TABLE words_in")
        for table in ("chunk", "chunkembedding", "chunkwords"):
            admin.execute(f"VACUUM ANALYZE schema_index_{table}")

    def build(self) -> int:
        """As the background task does it; how many indexes there are then."""
        for tenant_id in self._tenant_ids:
            tend(tenant_id)
            with tenant_transaction(tenant_id):
                refresh_frequencies()
        return len(vector_indexes())

    def index_bytes(self) -> int:
        return sum(index.bytes for index in vector_indexes())

    def search(self, query: Query) -> list[tuple[int, float]]:
        """Row and similarity."""
        return self._found(partial(nearest_chunks, threshold=THRESHOLD), query)

    def search_exactly(self, query: Query) -> list[tuple[int, float]]:
        return self._found(exactly_nearest, query)

    def _found(self, search: Any, query: Query) -> list[tuple[int, float]]:
        with tenant_transaction(self._tenant_ids[query.tenant]):
            found = search(query.vector, space=SPACE, kinds=query.kinds, source_id=None, limit=LIMIT)
        return [(chunk_id.int & (2**64 - 1), similarity(distance)) for chunk_id, distance in found]

    def search_hybrid(self, query: Query, question: str) -> None:
        with tenant_transaction(self._tenant_ids[query.tenant]):
            hybrid_knowledge(question, query.vector, space=SPACE, source_id=None, threshold=THRESHOLD, limit=LIMIT)

    def chunks(self, tenant: int, keys: Sequence[tuple[int, str, str]], texts: Sequence[str]) -> list[Chunk]:
        """`keys` are number, kind and name of each; numbers beyond the loaded rows are new."""
        return [
            Chunk(
                id=self._ids[number] if number < len(self._ids) else UUID(int=(number * 7919 << 64) | number),
                tenant_id=self._tenant_ids[tenant],
                kind=kind,
                object_key=_key(number),
                title=f"t{number}",
                text=text,
                content_hash=HASH,
            )
            for (number, kind, _), text in zip(keys, texts, strict=True)
        ]

    def upsert(self, tenant: int, chunks: list[Chunk], vectors: Floats) -> None:
        """Text and vector, in one committed batch."""
        started = time.perf_counter()
        with tenant_transaction(self._tenant_ids[tenant]):
            Chunk.objects.bulk_create(
                chunks,
                update_conflicts=True,
                unique_fields=["tenant", "source", "kind", "object_key"],
                update_fields=["title", "text", "content_hash", "updated_at"],
            )
            self.text_seconds += time.perf_counter() - started
            write_vectors(chunks, vectors, space=SPACE)

    def upsert_words(self, tenant: int, chunks: list[Chunk]) -> None:
        with tenant_transaction(self._tenant_ids[tenant]):
            write_words(chunks)
