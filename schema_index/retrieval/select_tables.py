"""Which tables a question needs, and why each is there. Pure."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from schema_index.retrieval.fusion import fuse
from schema_index.retrieval.join_graph import JoinGraph
from schema_index.retrieval.lexical import LexicalIndex
from schema_index.retrieval.types import TableHit
from schema_index.schema import DatabaseSchema, Table

WHOLE_SCHEMA_COLUMNS = 200
"""A schema this small is given whole, ordered by relevance: leaving a table out could only lose an answer.
About 3,000 tokens of DDL."""

MAX_SHOWN_WORDS = 3


def select_tables(
    question: str,
    similarities: Mapping[str, float],
    *,
    schema: DatabaseSchema,
    lexical: LexicalIndex,
    joins: JoinGraph,
    groups: NDArray[np.int64],
    top_k: int,
    threshold: float,
) -> tuple[TableHit, ...]:
    """`similarities` maps `schema.table` to cosine; tables that `schema` does not hold are left out.

    At most `top_k` tables, best first by all signals together, each of which is at or above `threshold`, shares a word
    with the question, or joins to a better one; in a small schema, the rest follow. Empty when nothing is similar and
    no word is shared in a large one.
    """
    found = [similarities.get(table.qualified_name) for table in schema.tables]
    dense = np.array([max(0.0, value or 0.0) for value in found], dtype=np.float32)
    words = lexical.words(question)
    fused = fuse([words, lexical.grams(question), dense], groups=groups, joins=joins)
    order = [int(place) for place in np.argsort(-fused, kind="stable")]
    hits: list[TableHit] = []
    taken: dict[int, Table] = {}
    for place in order:
        if len(hits) == top_k:
            break
        reason: str | None
        if found[place] is not None and dense[place] >= threshold:
            reason = "similar to the question"
        elif words[place] > 0:
            reason = f"shares {', '.join(lexical.shared(question, place)[:MAX_SHOWN_WORDS])}"
        else:
            reason = _joined(place, joins, taken)
        if reason is not None:
            hits.append(_hit(schema.tables[place], found[place], reason))
            taken[place] = schema.tables[place]
    if sum(len(table.columns) for table in schema.tables) <= WHOLE_SCHEMA_COLUMNS:
        rest = [place for place in order if place not in taken]
        hits += [_hit(schema.tables[place], found[place], "the whole schema fits") for place in rest]
    return tuple(hits)


def _joined(place: int, joins: JoinGraph, taken: Mapping[int, Table]) -> str | None:
    """A bridge: no question names it, but a table that is already in refers to it, or is referred to by it."""
    neighbour = next((taken[other] for other in taken if joins.connects(place, other)), None)
    return None if neighbour is None else f"joins to {neighbour.qualified_name}"


def _hit(table: Table, similarity: float | None, reason: str) -> TableHit:
    return TableHit(schema=table.schema, name=table.name, similarity=similarity, reason=reason)
