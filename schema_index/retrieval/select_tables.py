"""Which tables a question needs, and why each is there. Pure."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from schema_index.retrieval.fusion import fuse, own_evidence
from schema_index.retrieval.join_graph import JoinGraph
from schema_index.retrieval.lexical import LexicalIndex, question_words
from schema_index.retrieval.order_tables import order_tables
from schema_index.retrieval.schema_groups import schema_groups
from schema_index.retrieval.table_names import TableNames
from schema_index.retrieval.types import StoredValue, TableHit
from schema_index.retrieval.weights import WEIGHTS, Weights
from schema_index.schema import DatabaseSchema, Table

WHOLE_SCHEMA_COLUMNS = 200
"""A schema this small is given whole, ordered by relevance: leaving a table out could only lose an answer.
About 3,000 tokens of DDL."""

MAX_SHOWN_WORDS = 3


class TableIndex:
    """What the tables of a schema are ranked by; built once for a schema."""

    def __init__(self, schema: DatabaseSchema) -> None:
        self.tables = schema.tables
        self.lexical = LexicalIndex(schema)
        self.names = TableNames(schema)
        self.joins = JoinGraph(schema)
        self.groups = schema_groups(schema)


def select_tables(
    question: str,
    similarities: Mapping[str, float],
    *,
    index: TableIndex,
    top_k: int,
    threshold: float,
    values: Sequence[StoredValue] = (),
    weights: Weights = WEIGHTS,
) -> tuple[TableHit, ...]:
    """`similarities` maps `schema.table` to cosine; tables that the schema does not hold are left out.

    At most `top_k` tables, best first by all signals together, each of which is at or above `threshold`, shares a word
    or a stored value with the question, or joins to a better one; in a small schema, the rest follow.
    Empty when nothing is similar and nothing is shared in a large one.
    """
    tables, joins = index.tables, index.joins
    if not tables:
        return ()
    found = [similarities.get(table.qualified_name) for table in tables]
    dense = np.array([max(0.0, value or 0.0) for value in found], dtype=np.float32)
    asked = question_words(question)
    held = index.lexical.held(asked)
    words = held.sum(axis=0)
    own = own_evidence(
        [
            (weights.meaning, dense),
            (weights.words, words),
            (weights.grams, index.lexical.grams(asked)),
            (weights.names, index.names.said(asked)),
        ]
    )
    own[index.names.unmeant_copies(asked)] *= 1 - weights.copy
    fused = fuse(own, groups=index.groups, joins=joins, weights=weights)
    # Where nothing speaks for any table, the first of the schema leads.
    order = order_tables(fused, first=int(own.argmax()), held=held, joins=joins, weights=weights)
    named = {(value.schema, value.table): value.text for value in reversed(values)}
    taken: dict[int, str] = {}
    for place in order:
        if len(taken) == top_k:
            break
        table = tables[place]
        reason: str | None
        if found[place] is not None and dense[place] >= threshold:
            reason = "similar to the question"
        elif words[place] > 0:
            reason = f"shares {', '.join(index.lexical.shared(asked, place)[:MAX_SHOWN_WORDS])}"
        elif (table.schema, table.name) in named:
            reason = f'holds the value "{named[table.schema, table.name]}"'
        else:
            reason = _joined(place, joins, taken, tables)
        if reason is not None:
            taken[place] = reason
    if sum(len(table.columns) for table in tables) <= WHOLE_SCHEMA_COLUMNS:
        taken |= {place: "the whole schema fits" for place in order if place not in taken}
    return tuple(
        TableHit(schema=tables[place].schema, name=tables[place].name, similarity=found[place], reason=reason)
        for place, reason in taken.items()
    )


def _joined(place: int, joins: JoinGraph, taken: Collection[int], tables: Sequence[Table]) -> str | None:
    """What no question names, but a table that is already in refers to, or is referred to by."""
    around = joins.neighbours(place)
    neighbour = next((tables[other] for other in taken if other in around), None)
    return None if neighbour is None else f"joins to {neighbour.qualified_name}"
