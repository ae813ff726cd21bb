"""What is worked out from a schema alone, kept for the next question about the same one."""

from dataclasses import dataclass
from functools import lru_cache

from nl2sql.generation.composer.joins import JoinGraph
from nl2sql.generation.composer.planning.columns import Columns
from nl2sql.generation.composer.vocabulary import Vocabulary
from schema_index.schema import DatabaseSchema

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


def columns_of(schema: DatabaseSchema) -> Columns:
    """The schema's columns with their words and joins. A function of the schema: it may be kept, shared or dropped."""
    return _columns_of(_Described(schema))
