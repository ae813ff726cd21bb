"""The order in which a question's tables are taken: each next one for what it adds to those before. Pure.

An answer needs a set of tables, not a list of good ones: the second table that holds the same words adds little, while
one that a foreign key connects with what is there, or that holds a word nobody holds yet, adds much.
"""

import numpy as np
from numpy.typing import NDArray

from schema_index.retrieval.join_graph import JoinGraph
from schema_index.retrieval.lexical import Scores
from schema_index.retrieval.weights import Weights

CHOSEN_ONE_BY_ONE = 8
"""Few questions need more tables; the others follow by score and connection. With 12, weak ones brought others in."""


def order_tables(
    scores: Scores, *, first: int, held: NDArray[np.float32], joins: JoinGraph, weights: Weights
) -> list[int]:
    """All places, best first; `first` leads: PageRank and groups help the ranks after the first and hurt that one.

    `held` is question words x tables: how strongly each table holds each word (LexicalIndex.held).
    """
    chosen: list[int] = []
    left = scores.astype(np.float32, copy=True)
    joined: Scores = np.zeros(len(left), dtype=np.float32)
    connections = np.zeros(len(left), dtype=np.int64)
    covered: Scores = np.zeros(len(held), dtype=np.float32)
    total = max(float(held.max(axis=1, initial=0.0).sum()), 1e-9)

    def scored() -> Scores:
        return left + joined + weights.between * (connections >= 2).astype(np.float32)

    place = first
    for _ in range(min(CHOSEN_ONE_BY_ONE, len(left))):
        chosen.append(place)
        left[place] = -np.inf
        _connect(place, joins, joined, connections, weights)
        gain = scored()
        covered = np.maximum(covered, held[:, place])
        new = np.maximum(held - covered[:, None], 0).sum(axis=0)
        gain += weights.cover / total * new
        place = int(gain.argmax())
    rest = np.argsort(-scored(), kind="stable")[: len(left) - len(chosen)]  # chosen ones come last
    return [*chosen, *map(int, rest)]


def _connect(place: int, joins: JoinGraph, joined: Scores, connections: NDArray[np.int64], weights: Weights) -> None:
    """Notes in `joined` and `connections` that `place` is chosen now."""
    for around, weight in (
        (joins.parents[place], weights.parent),
        (joins.children[place], weights.child),
        (joins.parts(place), weights.part),
    ):
        joined[around] = np.maximum(joined[around], weight)
    connections[list(joins.neighbours(place))] += 1
