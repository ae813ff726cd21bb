"""Which threshold a tenant's own questions ask for. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

KEPT = 0.95
"""Share of needed tables that the threshold keeps, as the defaults do: a lost table is a lost answer, while a
superfluous one costs some prompt and can still be refused later."""

FEWEST = 40
"""Needed tables; of fewer, the share that may be lost is not even two of them."""

LOWEST, HIGHEST = 0.05, 0.9
"""Below, everything is about everything; above, only the question's own words would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFew:
    """`known` needed tables of judged questions, fewer than `FEWEST`: the threshold stays what it is."""

    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """`kept` is the share of needed tables at or above `threshold`; `refused` that of the questions that need nothing
    here which it leaves without a similar table, None where no such question is known."""

    threshold: float
    kept: float
    refused: float | None


def calibrate(needed: Sequence[float], strange: Sequence[float]) -> Calibrated | TooFew:
    """`needed`: the similarity of each table that a judged question needs, to that question. `strange`: the best
    similarity of any table to each question that needs none. The highest threshold, in hundredths, that keeps `KEPT`.
    """
    if len(needed) < FEWEST:
        return TooFew(known=len(needed))
    lost = math.floor((1 - KEPT) * len(needed) + 1e-9)
    highest = math.floor(sorted(needed)[lost] * 100 + 1e-6) / 100
    return at(min(max(highest, LOWEST), HIGHEST), needed, strange)


def at(threshold: float, needed: Sequence[float], strange: Sequence[float]) -> Calibrated:
    """What a threshold would do to the same questions."""
    return Calibrated(
        threshold=threshold,
        kept=sum(value >= threshold for value in needed) / max(1, len(needed)),
        refused=sum(value < threshold for value in strange) / len(strange) if strange else None,
    )
