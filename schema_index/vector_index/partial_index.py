"""The statements for one tenant's own vector index: its name, what it covers, and how it is built without locking.

The index covers `embedding::halfvec(n)` of the rows of one tenant and one space. PostgreSQL uses it only for queries
that hold the same constants and the same cast: `schema_index.retrieval.nearest` writes them so.
"""

import hashlib
from uuid import UUID

from psycopg import sql

from schema_index.embedding.base import Space
from schema_index.vector_index.advice import EF_CONSTRUCTION, M, expected_bytes

TABLE = "schema_index_chunkembedding"
PREFIX = "vectors_"

MIN_BUILD_MEMORY_MB = 32
MAX_BUILD_MEMORY_MB = 1_024
"""Of the build's working memory. A larger graph is built on disk, slowly; memory for a small one is only cleared."""

MANY = 20_000
"""Vectors, from which on workers pay."""

BUILD_WORKERS = 2
"""Besides the building process, for large graphs; small ones are done before a worker has started."""


def index_name(tenant_id: UUID, space: Space) -> str:
    """At most 53 bytes of PostgreSQL's 63; the model's name has no bound that would fit."""
    digest = hashlib.sha256(f"{space.model} {space.dimension}".encode()).hexdigest()[:12]
    return f"{PREFIX}{tenant_id.hex}_{digest}"


def create_statement(tenant_id: UUID, space: Space, *, table: str = TABLE) -> sql.Composed:
    """CONCURRENTLY: reads and writes go on meanwhile. It cannot stand in a transaction. `table` is the tenant's
    partition where there are some."""
    return sql.SQL(
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} "
        "USING hnsw ((embedding::halfvec({dimension})) halfvec_cosine_ops) "
        "WITH (m = {m}, ef_construction = {candidates}) WHERE {space}"
    ).format(
        name=sql.Identifier(index_name(tenant_id, space)),
        table=sql.Identifier(table),
        dimension=sql.Literal(space.dimension),
        m=sql.Literal(M),
        candidates=sql.Literal(EF_CONSTRUCTION),
        space=in_space(tenant_id, space, alias=table),
    )


def in_space(tenant_id: UUID, space: Space, *, alias: str = TABLE) -> sql.Composed:
    """The condition, in constants, that makes rows comparable: one tenant's of one model and dimension."""
    return sql.SQL("{0}.tenant_id = {1} AND {0}.model = {2} AND {0}.dimension = {3}").format(
        sql.Identifier(alias), sql.Literal(tenant_id), sql.Literal(space.model), sql.Literal(space.dimension)
    )


def drop_statement(name: str) -> sql.Composed:
    return sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name))


def reindex_statement(name: str) -> sql.Composed:
    return sql.SQL("REINDEX INDEX CONCURRENTLY {}").format(sql.Identifier(name))


def build_memory_mb(*, vectors: int, dimension: int) -> int:
    needed = int(1.5 * expected_bytes(vectors=vectors, dimension=dimension) / 2**20)
    return min(MAX_BUILD_MEMORY_MB, max(MIN_BUILD_MEMORY_MB, needed))


def build_workers(vectors: int) -> int:
    return BUILD_WORKERS if vectors >= MANY else 0
