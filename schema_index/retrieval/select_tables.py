"""Which tables a question needs, and why each is there. Pure."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from schema_index.retrieval.fusion import fuse, own_evidence
from schema_index.retrieval.join_graph import JoinGraph
from schema_index.retrieval.lexical import LexicalIndex
from schema_index.retrieval.order_tables import order_tables
from schema_index.retrieval.types import StoredValue, TableHit
from schema_index.retrieval.weights import WEIGHTS, Weights
from schema_index.schema import DatabaseSchema, Table

WHOLE_SCHEMA_COLUMNS = 200
"""A schema this small is given whole, ordered by relevance: leaving a table out could only lose an answer.
About 3,000 tokens of DDL."""

MAX_SHOWN_WORDS = 3

BRIDGED = 3
"""First hits between which bridges are looked for: those that a statement most likely joins."""

LONGEST_BRIDGE = 2
MAX_BRIDGES = 3
"""Tables added beyond `top_k`, and of one way between two hits; longer ways lead through tables that mean nothing."""


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
    values: Sequence[StoredValue] = (),
    weights: Weights = WEIGHTS,
) -> tuple[TableHit, ...]:
    """`similarities` maps `schema.table` to cosine; tables that `schema` does not hold are left out.

    At most `top_k` tables, best first by all signals together, each of which is at or above `threshold`, shares a word
    or a stored value with the question, or joins to a better one; then the bridges between the first of them; in a
    small schema, the rest follow. Empty when nothing is similar and nothing is shared in a large one.
    """
    found = [similarities.get(table.qualified_name) for table in schema.tables]
    dense = np.array([max(0.0, value or 0.0) for value in found], dtype=np.float32)
    held = lexical.held(question)
    words = held.sum(axis=0)
    own = own_evidence(
        [
            (weights.meaning, dense),
            (weights.words, words),
            (weights.grams, lexical.grams(question)),
            (weights.names, lexical.named(question)),
        ]
    )
    own[lexical.unmeant_copies(question)] *= np.float32(1 - weights.copy)
    fused = fuse(own, groups=groups, joins=joins, weights=weights)
    # Where nothing speaks for any table, none leads, and the schema's own order stays.
    first = int(own.argmax()) if own.any() else 0
    order = order_tables(fused, first=first, held=held, joins=joins, weights=weights) if schema.tables else []
    named = {(value.schema, value.table): value.text for value in reversed(values)}
    taken: dict[int, str] = {}
    for place in order:
        if len(taken) == top_k:
            break
        table = schema.tables[place]
        reason: str | None
        if found[place] is not None and dense[place] >= threshold:
            reason = "similar to the question"
        elif words[place] > 0:
            reason = f"shares {', '.join(lexical.shared(question, place)[:MAX_SHOWN_WORDS])}"
        elif (table.schema, table.name) in named:
            reason = f'holds the value "{named[table.schema, table.name]}"'
        else:
            reason = _joined(place, joins, taken, schema.tables)
        if reason is not None:
            taken[place] = reason
    taken |= _bridges(taken, joins, schema.tables)
    if sum(len(table.columns) for table in schema.tables) <= WHOLE_SCHEMA_COLUMNS:
        taken |= {place: "the whole schema fits" for place in order if place not in taken}
    return tuple(_hit(schema.tables[place], found[place], reason) for place, reason in taken.items())


def _joined(place: int, joins: JoinGraph, taken: Collection[int], tables: Sequence[Table]) -> str | None:
    """What no question names, but a table that is already in refers to, or is referred to by."""
    around = joins.neighbours(place)
    neighbour = next((tables[other] for other in taken if other in around), None)
    return None if neighbour is None else f"joins to {neighbour.qualified_name}"


def _bridges(taken: Collection[int], joins: JoinGraph, tables: Sequence[Table]) -> dict[int, str]:
    """Tables without which the first hits could not be joined with one another, where a short way exists."""
    first = list(taken)[:BRIDGED]
    added: dict[int, str] = {}
    for place in first[1:]:
        reached = _reached(first[0], {*taken, *added}, joins)
        if place in reached:
            continue
        way = joins.between(place, reached, most=LONGEST_BRIDGE)
        if way is not None and len(added) + len(way) <= MAX_BRIDGES:
            ends = f"{tables[place].qualified_name} and {tables[first[0]].qualified_name}"
            added |= {one: f"bridges {ends}" for one in way if one not in taken}
    return added


def _reached(start: int, among: Collection[int], joins: JoinGraph) -> set[int]:
    """What of `among` joins to `start`, directly or by others of `among`; `start` too."""
    reached, ahead = {start}, [start]
    while ahead:
        fresh = {one for one in joins.neighbours(ahead.pop()) if one in among} - reached
        reached |= fresh
        ahead += fresh
    return reached


def _hit(table: Table, similarity: float | None, reason: str) -> TableHit:
    return TableHit(schema=table.schema, name=table.name, similarity=similarity, reason=reason)
