"""Which tables a question needs, from ranked similarities. Pure."""

from collections.abc import Sequence

from schema_index.retrieval.types import TableHit
from schema_index.schema import DatabaseSchema, Table

WHOLE_SCHEMA_COLUMNS = 200
"""A schema this small is given whole, ordered by similarity: leaving a table out could only lose an answer.
About 3,000 tokens of DDL."""


def select_tables(
    ranked: Sequence[tuple[str, float]], *, schema: DatabaseSchema, top_k: int, threshold: float
) -> tuple[TableHit, ...]:
    """`ranked` holds (`schema.table`, cosine similarity), best first. Tables not in `schema` are left out.

    At most `top_k` tables at or above `threshold`; in a small schema, the others follow with their reason.
    """
    by_name = {table.qualified_name: table for table in schema.tables}
    seen = [(by_name[name], similarity) for name, similarity in ranked if name in by_name]
    hits = [
        _hit(table, similarity, "similar to the question") for table, similarity in seen if similarity >= threshold
    ][:top_k]
    if sum(len(table.columns) for table in schema.tables) <= WHOLE_SCHEMA_COLUMNS:
        hits += _rest(schema, seen, taken={hit.qualified_name for hit in hits})
    return tuple(hits)


def _rest(schema: DatabaseSchema, seen: Sequence[tuple[Table, float]], *, taken: set[str]) -> list[TableHit]:
    similarity_of = {table.qualified_name: similarity for table, similarity in seen}
    rest = [table for table in schema.tables if table.qualified_name not in taken]
    rest.sort(key=lambda table: -similarity_of.get(table.qualified_name, -1.0))
    return [_hit(table, similarity_of.get(table.qualified_name), "the whole schema fits") for table in rest]


def _hit(table: Table, similarity: float | None, reason: str) -> TableHit:
    return TableHit(schema=table.schema, name=table.name, similarity=similarity, reason=reason)
