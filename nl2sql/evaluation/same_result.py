"""Whether a result equals a gold result: execution accuracy as Spider and BIRD measure it. Pure."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

Row = Sequence[Any]
Column = tuple[Any, ...]

DIGITS = 6
"""Significant digits in which two numbers must agree: engines differ in the last bits of averages."""

MAX_TRIES = 2_000
"""Assignments of columns that are looked at: 6! = 720 for six columns that all hold the same values."""


def same_result(
    answer: Sequence[Row], gold: Sequence[Row], *, ordered: bool, extra_columns_allowed: bool = False
) -> bool:
    """Equal as multisets of rows (as lists where `ordered`), in some order of columns, with numeric tolerance.

    Rows are of one width each side. With `extra_columns_allowed` the answer may hold columns that the gold does not.
    Two results without rows are equal, whatever their columns.
    """
    if len(answer) != len(gold):
        return False
    if not gold:
        return True
    wanted, given = _columns(gold), _columns(answer)
    if len(given) < len(wanted) or (len(given) > len(wanted) and not extra_columns_allowed):
        return False
    return any(_assignments(wanted, given, ordered=ordered))


def _assignments(wanted: Sequence[Column], given: Sequence[Column], *, ordered: bool) -> Iterator[bool]:
    """True for a choice of one given column for each wanted one under which the rows agree; column by column, so that
    a choice that already disagrees is not followed. Ends after MAX_TRIES."""
    tries = 0
    ahead: list[tuple[int, ...]] = [()]
    while ahead and tries < MAX_TRIES:
        tries += 1
        chosen = ahead.pop()
        if chosen and not _agree(wanted[: len(chosen)], [given[place] for place in chosen], ordered=ordered):
            continue
        if len(chosen) == len(wanted):
            yield True
            return
        # The given order is tried first, for it is almost always the right one.
        free = [place for place in range(len(given)) if place not in chosen]
        free.sort(key=lambda place: (place != len(chosen), place), reverse=True)
        ahead += [(*chosen, place) for place in free]


def _agree(wanted: Sequence[Column], given: Sequence[Column], *, ordered: bool) -> bool:
    if ordered:
        return wanted[-1] == given[-1]
    return Counter(zip(*wanted, strict=True)) == Counter(zip(*given, strict=True))


def _columns(rows: Sequence[Row]) -> list[Column]:
    return [tuple(_plain(value) for value in column) for column in zip(*rows, strict=True)]


def _plain(value: Any) -> Any:
    """Numbers, also those written as text, by their first digits; everything else as text without outer blanks."""
    if value is None or isinstance(value, bool):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return str(value).strip()
    if not math.isfinite(number):
        return str(value)
    return float(f"{number:.{DIGITS}g}")
