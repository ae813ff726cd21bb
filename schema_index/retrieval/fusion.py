"""One score a table from several signals. Pure.

Three kinds of evidence add up: the table's own (meaning, words, n-grams), that of its group (tables of one schema are
about one thing, so a table beside a good hit is likelier), and that of its neighbours along foreign keys (personalised
PageRank from the best hits, which finds the bridge tables that no question names).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from schema_index.retrieval.join_graph import JoinGraph
from schema_index.retrieval.lexical import Scores
from schema_index.retrieval.weights import Weights

SEEDS = 20
SEED_DECAY = 0.3
DAMPING = 0.85
ROUNDS = 15
"""0.85^15 is under a tenth: what has not arrived by then moves no table."""


def own_evidence(signals: Sequence[tuple[float, Scores]]) -> Scores:
    """(weight, scores) of each signal, in the schema's order → 0 to 1, 1 for the best table; all 0 of nothing."""
    return _scaled(np.sum([weight * _scaled(scores) for weight, scores in signals], axis=0))


def fuse(own: Scores, *, groups: NDArray[np.int64], joins: JoinGraph, weights: Weights) -> Scores:
    """`own` with what the table's group and neighbours add; `groups` numbers each table's group (schema_groups)."""
    if not own.any():
        return own
    together: Scores = own + weights.group * _best_of_group(own, groups)
    return together + weights.neighbours * _scaled(_page_rank(together, joins))


def _scaled(scores: Scores) -> Scores:
    best = scores.max(initial=0.0)
    return scores / best if best > 0 else np.zeros_like(scores)


def _best_of_group(scores: Scores, groups: NDArray[np.int64]) -> Scores:
    best = np.zeros(int(groups.max(initial=-1)) + 1, dtype=np.float32)
    np.maximum.at(best, groups, scores)
    return best[groups]


def _page_rank(scores: Scores, joins: JoinGraph) -> Scores:
    seeds = np.argsort(-scores, kind="stable")[:SEEDS]
    start = np.zeros_like(scores)
    start[seeds] = np.exp(-SEED_DECAY * np.arange(len(seeds), dtype=np.float32))
    start /= start.sum()
    rank = start
    for _ in range(ROUNDS):
        rank = (1 - DAMPING) * start + DAMPING * joins.spread(rank)
    return rank
