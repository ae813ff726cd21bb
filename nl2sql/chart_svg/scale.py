"""Numbers as places and as words on an axis. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

TICKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Maps `low`…`high` to `start`…`end` in the picture's units; `ticks` are round and lie within."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def scale_for(values: Sequence[float], *, start: float, end: float, from_zero: bool = True) -> Scale:
    """Ends at round numbers. Lengths are compared from zero; places, as of points, need not be."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = (low, low + 1) if low >= 0 else (low, 0.0)
    step = _round_step((high - low) / TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(round(one * step, 10) for one in range(first, last + 1))
    return Scale(low=ticks[0], high=ticks[-1], start=start, end=end, ticks=ticks)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(part * power for part in (1, 2, 2.5, 5, 10) if part * power >= rough * 0.999)


def number_text(value: float) -> str:
    """With thousands apart and no needless digits."""
    if not math.isfinite(value):
        return ""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"


def axis_text(value: float) -> str:
    """Short enough to stand at an axis."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            shown = value / (1e3 if letter == "k" else size)
            return f"{shown:,.6g}{letter}"
    return number_text(value) if value == int(value) else f"{value:g}"
