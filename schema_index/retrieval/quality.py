"""How good a ranking is: whether every table an answer needs is among its first k. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One question's ranking, best first, beside the tables that its answer needs; both as `schema.table`."""

    ranking: Sequence[str]
    needed: Collection[str]


def is_full(one: Ranked, *, k: int) -> bool:
    """Every needed table is among the first `k`. A question that needs none is always full."""
    return set(one.needed) <= set(one.ranking[:k])


def full_at(ranked: Iterable[Ranked], *, k: int) -> float:
    """Share of questions, 0 to 1, that are full at `k`; those that need no table do not count. 0.0 of none."""
    judged = [is_full(one, k=k) for one in ranked if one.needed]
    return sum(judged) / len(judged) if judged else 0.0
