"""What a tenant's vectors of one space need of an index. Pure.

An exact search finds everything and is quick enough for a small tenant; a larger one gets an HNSW graph of its own
(Malkov and Yashunin 2018), over its rows alone. docs/scaling.md shows the measurements behind the constants.
"""

from dataclasses import dataclass
from enum import StrEnum

BUILD_ABOVE = 2_000
"""Vectors. Up to here an exact search takes one or two milliseconds."""

DROP_BELOW = BUILD_ABOVE // 2
"""Far enough below, that a tenant at the bound does not have its index built and dropped in turns."""

BLOATED = 2.0
"""Times the bytes that a fresh index of as many vectors has."""

M = 10
"""Neighbours of a node; twice as many on the lowest layer. Of 93,000 clustered vectors, more of them found no more (10
to 24 were tried; two builds of one setting differ by more than two settings do) and cost insertion: 1.2 ms of a
processor for a row, 2.9 ms with 24 neighbours."""

EF_CONSTRUCTION = 96
"""Candidates when a node is inserted, which is what insertion costs."""

MAX_INDEXED_DIMENSION = 4_000
"""What pgvector's HNSW takes of half-precision vectors; longer ones are searched exactly."""

DEAD_SHARE = 0.2
MIN_DEAD_ROWS = 1_000


class Action(StrEnum):
    BUILD = "build"
    DROP = "drop"
    REINDEX = "reindex"
    VACUUM = "vacuum"
    EMBED = "embed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceIndex:
    """`index_bytes` is None without an index; `oldest_pending_s` is how long the first waiting chunk has waited."""

    model: str
    dimension: int
    vectors: int
    pending: int = 0
    oldest_pending_s: float | None = None
    index_bytes: int | None = None
    index_scans: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    action: Action
    reason: str


def expected_bytes(*, vectors: int, dimension: int) -> int:
    """Of a fresh index: a half-precision vector, its tuple's and page's overhead, and six bytes a neighbour."""
    return int(1.05 * vectors * (2 * dimension + 108 + 13 * M))


def advise_space(state: SpaceIndex) -> Advice:
    """An index comes before waiting texts: whoever embeds them asks again."""
    fits = state.dimension <= MAX_INDEXED_DIMENSION
    if state.index_bytes is None and state.vectors > BUILD_ABOVE and fits:
        return Advice(action=Action.BUILD, reason=f"{state.vectors:,} vectors, and no index above {BUILD_ABOVE:,}")
    if state.index_bytes is not None and state.vectors < DROP_BELOW:
        return Advice(action=Action.DROP, reason=f"{state.vectors:,} vectors are searched as fast without an index")
    if state.index_bytes is not None:
        fresh = expected_bytes(vectors=state.vectors, dimension=state.dimension)
        if state.index_bytes > BLOATED * fresh:
            return Advice(
                action=Action.REINDEX, reason=f"the index has {state.index_bytes / fresh:.1f} times the bytes it needs"
            )
    if state.pending:
        waited = f", the first for {state.oldest_pending_s:.0f} s" if state.oldest_pending_s is not None else ""
        return Advice(action=Action.EMBED, reason=f"{state.pending:,} chunks wait for a vector{waited}")
    return Advice(action=Action.NOTHING, reason="")


def advise_table(*, live_rows: int, dead_rows: int) -> Advice:
    if dead_rows > max(MIN_DEAD_ROWS, DEAD_SHARE * live_rows):
        return Advice(action=Action.VACUUM, reason=f"{dead_rows:,} dead rows beside {live_rows:,} live ones")
    return Advice(action=Action.NOTHING, reason="")
