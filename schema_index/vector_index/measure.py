"""Reads what there is: a tenant's vectors and waiting chunks under its own scope, sizes and use from the catalogue."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Min

from schema_index.embedding.base import SpaceKey, of_space
from schema_index.embedding.spaces import configured_model
from schema_index.indexing.chunks import pending
from schema_index.models import Chunk, ChunkEmbedding, EmbeddingSpace, SpaceState
from schema_index.vector_index.advice import SpaceIndex
from schema_index.vector_index.partial_index import PREFIX, TABLE, index_name
from tenants.context import tenant_transaction

MAX_SPACES = 20
"""Of one tenant: two while it changes models, a few more if nobody clears up."""

_INDEXES = """
SELECT c.relname, i.indisvalid, pg_relation_size(c.oid), coalesce(s.idx_scan, 0)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = i.indexrelid
WHERE i.indrelid IN (SELECT to_regclass(%s) UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass(%s))
  AND starts_with(c.relname, %s) ORDER BY c.relname
"""

_TABLE = """
SELECT sum(pg_table_size(relid)), sum(pg_indexes_size(relid)), sum(n_live_tup), sum(n_dead_tup)
FROM pg_stat_all_tables
WHERE relid IN (SELECT to_regclass(%s) UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass(%s))
"""

# The bound reads `FOR VALUES WITH (modulus 8, remainder 3)`.
_PARTITION = r"""
SELECT relname FROM (
    SELECT c.relname, i.inhparent,
           regexp_match(pg_get_expr(c.relpartbound, c.oid), 'modulus (\d+), remainder (\d+)') AS b
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass(%s)
) AS partition WHERE satisfies_hash_partition(inhparent, b[1]::integer, b[2]::integer, %s::uuid)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFacts:
    name: str
    is_valid: bool
    bytes: int
    scans: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """Of the vectors of all tenants together; rows as PostgreSQL last counted them."""

    table_bytes: int
    index_bytes: int
    live_rows: int
    dead_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantState:
    tenant_id: UUID
    chunks: int
    spaces: tuple[SpaceIndex, ...]


def vector_indexes() -> tuple[IndexFacts, ...]:
    """Those of every tenant: the catalogue has no row-level security, and names tell ids alone."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, [TABLE, TABLE, PREFIX])
        return tuple(
            IndexFacts(name=name, is_valid=valid, bytes=size, scans=scans)
            for name, valid, size, scans in cursor.fetchall()
        )


def table_facts() -> TableFacts:
    with connection.cursor() as cursor:
        cursor.execute(_TABLE, [TABLE, TABLE])
        size, indexes, live, dead = map(int, cursor.fetchone())
    return TableFacts(table_bytes=size, index_bytes=indexes, live_rows=live, dead_rows=dead)


def partition_count() -> int:
    """0 for one table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass(%s)", [TABLE])
        return int(cursor.fetchone()[0])


def table_of(tenant_id: UUID) -> str:
    """Where the tenant's vectors stand: their partition, or the one table."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTITION, [TABLE, str(tenant_id)])
        found = cursor.fetchone()
    return found[0] if found else TABLE


def tenant_state(tenant_id: UUID, *, indexes: tuple[IndexFacts, ...]) -> TenantState:
    """Spaces that hold vectors, and those that are to get some. Retired ones wait for nothing."""
    by_name = {index.name: index for index in indexes if index.is_valid}
    with tenant_transaction(tenant_id):
        chunks = Chunk.objects.count()
        counted = {
            SpaceKey(model, dimension): count
            for model, dimension, count in ChunkEmbedding.objects.values_list("model", "dimension")
            .annotate(count=Count("pk"))
            .order_by("-count")[:MAX_SPACES]
        }
        live = _live_spaces()
        if chunks:
            counted = {**dict.fromkeys(live, 0), **counted}
        return TenantState(
            tenant_id=tenant_id,
            chunks=chunks,
            spaces=tuple(
                _space(space, vectors=vectors, index=by_name.get(index_name(tenant_id, space)), is_live=space in live)
                for space, vectors in sorted(counted.items())
            ),
        )


def _live_spaces() -> set[SpaceKey]:
    found = EmbeddingSpace.objects.exclude(state=SpaceState.RETIRED).values_list("model", "dimension")
    return {SpaceKey(*one) for one in found} or {configured_model()}


def _space(space: SpaceKey, *, vectors: int, index: IndexFacts | None, is_live: bool) -> SpaceIndex:
    waiting = pending(space).order_by() if is_live else Chunk.objects.none()
    found = waiting.aggregate(count=Count("pk"), first=Min("updated_at"))
    return SpaceIndex(
        **of_space(space),
        vectors=vectors,
        pending=found["count"] or 0,
        oldest_pending_s=(datetime.now(UTC) - found["first"]).total_seconds() if found["first"] else None,
        index_bytes=index.bytes if index else None,
        index_scans=index.scans if index else None,
    )
