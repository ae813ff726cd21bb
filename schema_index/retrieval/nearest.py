"""Nearest chunks of one tenant in one embedding space: exact for a small tenant, by its own index for a large one.

What keeps PostgreSQL on a tenant's partial index (docs/scaling.md): tenant, model and dimension are constants of the
text besides row-level security, the cast is the index's, and no threshold stands in a WHERE. Statements carry no
parameters, so that neither a prepared statement's generic plan nor server-side binding can hide the constants.
"""

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack
from uuid import UUID

from psycopg import sql

from schema_index.embedding.base import Space, Vectors
from schema_index.models import Chunk, ChunkKind
from schema_index.vector_index.partial_index import TABLE, in_space, index_name
from schema_index.vector_index.write import vector_text
from tenants.context import current_tenant_id, scope_connection

EF_SEARCH = 160
EF_SEARCH_LARGE = 320
"""Candidates that the graph search keeps, of an index below LARGE vectors and above. At 93,000, in builds of the same
vectors, 160 found 0.95 to 0.998 of the ten nearest, 320 at least 0.98; where it found nothing at all, the exact search
below does."""

LARGE = 30_000

# Set within the statement, which spares a round trip: PostgreSQL evaluates a condition without columns once, before the
# scan below it begins. Relaxed order, because strict order loses rows; they are sorted here.
_TUNED = sql.SQL(
    "(SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true)) IS NOT NULL "
    "AND (SELECT set_config('hnsw.ef_search', CASE WHEN EXISTS (SELECT FROM pg_class "
    "WHERE oid = to_regclass({index}) AND reltuples >= {large}) THEN {many} ELSE {few} END, true)) IS NOT NULL"
)

NO_THRESHOLD = -1.0

Ranked = tuple[tuple[UUID, float], ...]
"""Chunk and cosine distance, 0 best, best first."""


class Search(TypedDict):
    """What is looked for: the `limit` nearest chunks of the source, or of the whole tenant for None."""

    space: Space
    kinds: Sequence[str]
    source_id: UUID | None
    limit: int


def nearest_chunks(vector: Vectors, *, threshold: float = NO_THRESHOLD, **search: Unpack[Search]) -> Ranked:
    """Needs an open scope.

    Never fewer than exist: where the index gives less than `limit` (a rare kind, a scan that came to its bound), the
    exact search has the last word. So it has where nothing is as similar as `threshold`: a graph of tight clusters may
    have one that a search does not reach, and "nothing is about that" must be true.
    """
    found = _ranked(search_statement(vector, may_use_index=True, **search))
    if len(found) < search["limit"] or similarity(found[0][1]) < threshold:
        return exactly_nearest(vector, **search)
    return found


def exactly_nearest(vector: Vectors, **search: Unpack[Search]) -> Ranked:
    """By reading every vector of the space. Needs an open scope."""
    return _ranked(search_statement(vector, may_use_index=False, **search))


def nearest_tables(vector: Vectors, *, space: Space, source_id: UUID, limit: int) -> dict[str, float]:
    """`schema.table` → cosine similarity, 1 best, of the `limit` most similar.

    `vector` is one unit vector (dimension,). Always exact: an index serves tens of rows, not thousands.
    """
    nearest = search_statement(
        vector, may_use_index=False, space=space, kinds=[ChunkKind.TABLE], source_id=source_id, limit=limit
    )
    statement = sql.SQL(
        "SELECT c.object_key, n.distance FROM ({nearest}) n JOIN {chunks} c ON c.id = n.chunk_id ORDER BY n.distance"
    ).format(nearest=nearest, chunks=sql.Identifier(Chunk._meta.db_table))
    return {key: similarity(distance) for key, distance in fetched(statement)}


def similarity(distance: float) -> float:
    return round(1 - distance, 6)


def search_statement(vector: Vectors, *, may_use_index: bool, **search: Unpack[Search]) -> sql.Composed:
    """One statement of constants. Without the index's cast, no index of vectors fits it. Needs an open scope."""
    return sql.SQL(
        "SELECT chunk_id, embedding{cast} <=> {vector} AS distance FROM {table} "
        "WHERE {space} AND kind IN ({kinds}) AND {of_source} AND {tuned} ORDER BY distance LIMIT {limit}"
    ).format(
        tuned=_tuned(search["space"]) if may_use_index else sql.SQL("true"),
        cast=sql.SQL("::halfvec({})").format(sql.Literal(vector.shape[-1])) if may_use_index else sql.SQL(""),
        vector=vector_literal(vector),
        table=sql.Identifier(TABLE),
        space=in_space(current_tenant_id(), search["space"]),
        kinds=sql.SQL(", ").join(sql.Literal(str(kind)) for kind in search["kinds"]),
        of_source=of_source(search["source_id"]),
        limit=sql.Literal(search["limit"]),
    )


def _tuned(space: Space) -> sql.Composed:
    return _TUNED.format(
        index=sql.Literal(index_name(current_tenant_id(), space)),
        large=sql.Literal(LARGE),
        many=sql.Literal(str(EF_SEARCH_LARGE)),
        few=sql.Literal(str(EF_SEARCH)),
    )


def vector_literal(vector: Vectors) -> sql.Composed:
    return sql.SQL("{}::halfvec({})").format(sql.Literal(vector_text(vector)), sql.Literal(vector.shape[-1]))


def of_source(source_id: UUID | None) -> sql.Composable:
    """What belongs to the source or to none; None leaves out no source."""
    if source_id is None:
        return sql.SQL("true")
    return sql.SQL("(source_id = {} OR source_id IS NULL)").format(sql.Literal(source_id))


def fetched(statement: sql.Composed) -> list[Any]:
    """Its rows, in the open scope."""
    with scope_connection().cursor() as cursor:
        cursor.execute(statement.as_string(None))
        rows: list[Any] = cursor.fetchall()
    return rows


def _ranked(statement: sql.Composed) -> Ranked:
    return tuple(sorted(fetched(statement), key=lambda row: row[1]))
