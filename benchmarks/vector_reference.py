"""The reference design: one table with texts and 32-bit vectors of all tenants, one HNSW index over them, tenant and
threshold in the WHERE. No row-level security, which could only slow it down.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from pgvector import Vector
from pgvector.psycopg import register_vector
from psycopg.types.json import Jsonb

from benchmarks.vector_rows import DIMENSION, KINDS, LIMIT, THRESHOLD, Floats, Query, VectorRows

EF_SEARCH = 100
COLUMNS = "id, tenant_id, source_type, source_id, content, embedding, metadata"

TABLE = f"""
DROP SCHEMA IF EXISTS reference CASCADE;
CREATE SCHEMA reference;
CREATE TABLE reference.embeddings (
    id bigint NOT NULL, tenant_id uuid NOT NULL, source_type text NOT NULL, source_id text NOT NULL,
    content text NOT NULL, embedding vector({DIMENSION}) NOT NULL, metadata jsonb NOT NULL DEFAULT '{{}}');
"""
KEYS = """
CREATE INDEX ON reference.embeddings (tenant_id);
CREATE UNIQUE INDEX ON reference.embeddings (tenant_id, source_type, source_id);
"""
INDEX = (
    "CREATE INDEX embeddings_by_vector ON reference.embeddings USING hnsw (embedding vector_cosine_ops) "
    "WITH (m = 16, ef_construction = 128)"
)
SEARCH = f"""
SELECT id, 1 - (embedding <=> %(vector)s) AS score FROM reference.embeddings
WHERE tenant_id = %(tenant)s AND source_type = ANY(%(kinds)s) AND 1 - (embedding <=> %(vector)s) > {THRESHOLD}
ORDER BY embedding <=> %(vector)s LIMIT {LIMIT}
"""
STAGING = f"""
CREATE TEMP TABLE staging (id bigint, tenant_id uuid, source_type text, source_id text, content text,
                           embedding vector({DIMENSION}))
"""
UPSERT = """
INSERT INTO reference.embeddings SELECT id, tenant_id, source_type, source_id, content, embedding, '{}' FROM staging
ON CONFLICT (tenant_id, source_type, source_id) DO UPDATE SET embedding = excluded.embedding, content = excluded.content
"""


class Reference:
    def __init__(self, connection: "psycopg.Connection[Any]", *, tenant_ids: Sequence[UUID]) -> None:
        """`connection` commits each statement and prepares none."""
        self._connection = connection
        self._tenant_ids = tenant_ids
        register_vector(connection)
        connection.execute(f"SET hnsw.ef_search = {EF_SEARCH}")

    def load(self, rows: VectorRows, texts: Sequence[str]) -> None:
        self._connection.execute(TABLE)
        tenants = rows.tenants()
        with self._connection.cursor().copy(
            f"COPY reference.embeddings ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
        ) as copy:
            copy.set_types(["int8", "uuid", "text", "text", "text", "vector", "jsonb"])
            metadata = Jsonb({"language": "en"})
            for row in map(int, rows.arrival):
                kind = KINDS[rows.kinds[row]]
                vector = Vector(rows.vectors[row])
                copy.write_row((row, self._tenant_ids[tenants[row]], kind, f"s{row}", texts[row], vector, metadata))
        self._connection.execute(KEYS)
        self._connection.execute("VACUUM ANALYZE reference.embeddings")

    def build(self) -> None:
        self._connection.execute("SET maintenance_work_mem = '2GB'")
        self._connection.execute("SET max_parallel_maintenance_workers = 2")
        self._connection.execute(INDEX)
        self._connection.execute("ANALYZE reference.embeddings")

    def index_bytes(self) -> int:
        row = self._connection.execute("SELECT pg_relation_size('reference.embeddings_by_vector')").fetchone()
        assert row is not None
        return int(row[0])

    def search(self, query: Query) -> list[int]:
        values = {"vector": Vector(query.vector), "tenant": self._tenant_ids[query.tenant], "kinds": list(query.kinds)}
        return [row for row, _ in self._connection.execute(SEARCH, values, binary=True).fetchall()]

    def prepare_upserts(self) -> None:
        self._connection.execute(STAGING)

    def upsert(self, tenant: int, keys: Sequence[tuple[int, str, str]], texts: Sequence[str], vectors: Floats) -> None:
        """`keys` are number, kind and name of each row; one committed batch."""
        with self._connection.transaction():
            self._connection.execute("TRUNCATE staging")
            with self._connection.cursor().copy("COPY staging FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "uuid", "text", "text", "text", "vector"])
                for (number, kind, name), text, vector in zip(keys, texts, vectors, strict=True):
                    copy.write_row((number, self._tenant_ids[tenant], kind, name, text, Vector(vector)))
            self._connection.execute(UPSERT)
