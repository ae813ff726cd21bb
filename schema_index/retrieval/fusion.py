"""One ranking of tables from several signals. Pure.

Three kinds of evidence add up: the table's own (meaning, words, n-grams, each scaled to its best), that of its group
(tables of one schema are about one thing, so a table beside a good hit is likelier), and that of its neighbours along
foreign keys (personalised PageRank from the best hits, which finds the bridge tables that no question names).
docs/retrieval.md shows what each contributes.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from schema_index.retrieval.join_graph import JoinGraph
from schema_index.retrieval.lexical import Scores

GROUP_WEIGHT = 1.2
"""Of the best score in a table's group, added to its own."""

NEIGHBOUR_WEIGHT = 0.25
"""Of PageRank, scaled to its best, added to the scaled score."""

SEEDS = 20
SEED_DECAY = 0.3
DAMPING = 0.85
ROUNDS = 15
"""0.85^15 is under a tenth: what has not arrived by then moves no table."""


def fuse(signals: Sequence[Scores], *, groups: NDArray[np.int64], joins: JoinGraph) -> Scores:
    """`signals` are one score a table each; `groups` numbers each table's group (schema_groups). More is better.

    The table that is best by its own evidence stays first: PageRank helps the ranks after it and hurts this one.
    """
    own: Scores = np.sum(np.stack([_scaled(signal) for signal in signals]), axis=0)
    if not own.any():
        return own
    together = _scaled(own + GROUP_WEIGHT * _best_of_group(own, groups))
    fused: Scores = together + NEIGHBOUR_WEIGHT * _scaled(_page_rank(together, joins))
    fused[int(own.argmax())] = fused.max() + 1
    return fused


def _scaled(scores: Scores) -> Scores:
    best = scores.max(initial=0.0)
    scaled: Scores = scores / best if best > 0 else np.zeros_like(scores)
    return scaled


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
