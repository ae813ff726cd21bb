"""What is worked out from a schema alone, kept for the next question about the same one."""

from threading import RLock

from cachetools import LRUCache, cached

from nl2sql.generation.composer.joins import JoinGraph
from nl2sql.generation.composer.planning.columns import Columns
from nl2sql.generation.composer.vocabulary import Vocabulary
from schema_index.schema import Column, DatabaseSchema, Table

MAX_SCHEMAS = 16
"""Schemas kept at once; one more drops the one used longest ago."""


def _key(schema: DatabaseSchema, *, masked: frozenset[str]) -> tuple[str, frozenset[str]]:
    """Schemas of one fingerprint are equal: what a principal may see is part of it."""
    return schema.fingerprint, masked


KEPT: LRUCache[tuple[str, frozenset[str]], Columns] = LRUCache(MAX_SCHEMAS)


@cached(KEPT, key=_key, lock=RLock())
def columns_of(schema: DatabaseSchema, *, masked: frozenset[str]) -> Columns:
    """The schema's columns with their words and joins, but for `masked` ones, of which nothing could be answered.

    A function of both: it may be kept, shared or dropped.
    """

    def allows(table: Table, column: Column | None) -> bool:
        return column is None or f"{table.qualified_name}.{column.name}" not in masked

    visible = schema.visible(allows=allows) if masked else schema
    return Columns(visible, Vocabulary(visible), JoinGraph(visible))
