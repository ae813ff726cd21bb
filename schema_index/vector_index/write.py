"""Writes vectors beside the texts they were made of."""

from collections.abc import Sequence

from django.db import connection

from schema_index.embedding.base import Space, Vectors
from schema_index.models import Chunk
from schema_index.vector_index.partial_index import TABLE
from tenants.context import current_tenant_id

# Five digits a number are more than half precision holds, and half the text that the ORM would send.
_UPSERT = f"""
INSERT INTO {TABLE} (id, tenant_id, chunk_id, source_id, kind, model, dimension, content_hash, embedding, embedded_at)
SELECT gen_random_uuid(), %s, n.chunk_id, n.source_id, n.kind, %s, %s, n.content_hash, n.vector::halfvec, now()
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[])
     AS n (chunk_id, source_id, kind, content_hash, vector)
ON CONFLICT (tenant_id, chunk_id, model, dimension) DO UPDATE
SET content_hash = excluded.content_hash, embedding = excluded.embedding, embedded_at = excluded.embedded_at
"""  # noqa: S608  the table's name is a constant


def vector_text(vector: Vectors) -> str:
    return "[" + ",".join([f"{number:.5g}" for number in vector.tolist()]) + "]"


def write_vectors(chunks: Sequence[Chunk], vectors: Vectors, *, space: Space) -> None:
    """Vector, model, hash and time together: new rows, or in place of the chunk's old vector in the same space.

    `vectors` are n x dimension, in the order of `chunks`, which the caller holds locked. Needs an open scope; one
    statement.
    """
    if len(chunks) != len(vectors):
        raise ValueError(f"{len(chunks)} chunks and {len(vectors)} vectors")
    if not chunks:
        return
    columns = (
        [chunk.id for chunk in chunks],
        [chunk.source_id for chunk in chunks],
        [chunk.kind for chunk in chunks],
        [chunk.content_hash for chunk in chunks],
        [vector_text(vector) for vector in vectors],
    )
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [current_tenant_id(), space.model, space.dimension, *columns])
