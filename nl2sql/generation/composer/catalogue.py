"""What is worked out from a schema alone, kept for the next question about the same one."""

from dataclasses import dataclass
from functools import lru_cache

from nl2sql.generation.composer.joins import JoinGraph
from nl2sql.generation.composer.planning.columns import Columns
from nl2sql.generation.composer.vocabulary import Vocabulary
from schema_index.schema import Column, DatabaseSchema, Table

MAX_SCHEMAS = 16
"""Schemas kept at once; one more drops the one used longest ago."""


@dataclass(frozen=True, slots=True, eq=False)
class _Described:
    """A schema that equals another of the same fingerprint: what a principal may see is part of it."""

    schema: DatabaseSchema

    def __hash__(self) -> int:
        return hash(self.schema.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Described) and other.schema.fingerprint == self.schema.fingerprint


@lru_cache(maxsize=MAX_SCHEMAS)
def _columns_of(described: _Described) -> Columns:
    schema = described.schema
    return Columns(schema, Vocabulary(schema), JoinGraph(schema))


@lru_cache(maxsize=MAX_SCHEMAS)
def _without(described: _Described, names: frozenset[str]) -> DatabaseSchema:
    def allows(table: Table, column: Column | None) -> bool:
        return column is None or f"{table.qualified_name}.{column.name}" not in names

    return described.schema.visible(allows=allows)


def columns_of(schema: DatabaseSchema, *, masked: frozenset[str] = frozenset()) -> Columns:
    """The schema's columns with their words and joins, but for `masked` ones, of which nothing could be answered.

    A function of both: it may be kept, shared or dropped.
    """
    return _columns_of(_Described(_without(_Described(schema), masked) if masked else schema))
