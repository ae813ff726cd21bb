"""Whether a result equals a gold result: execution accuracy as Spider and BIRD measure it. Pure."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import permutations
from typing import Any

Row = Sequence[Any]

MAX_PERMUTED_COLUMNS = 6
"""6! = 720 orders of columns; wider results must have the gold's order."""

DIGITS = 6
"""Significant digits in which two numbers must agree: engines differ in the last bits of averages."""


def same_result(answer: Sequence[Row], gold: Sequence[Row], *, ordered: bool) -> bool:
    """Equal as multisets of rows (as lists where `ordered`), in some order of columns, with numeric tolerance."""
    if len(answer) != len(gold):
        return False
    if not gold:
        return True
    width = len(gold[0])
    if len(answer[0]) != width:
        return False
    plain_gold = [tuple(_plain(value) for value in row) for row in gold]
    plain_answer = [tuple(_plain(value) for value in row) for row in answer]
    return any(
        _equal([tuple(row[place] for place in order) for row in plain_answer], plain_gold, ordered=ordered)
        for order in _orders(width)
    )


def _orders(width: int) -> Sequence[tuple[int, ...]]:
    own = tuple(range(width))
    return list(permutations(own)) if width <= MAX_PERMUTED_COLUMNS else [own]


def _equal(one: list[tuple[Any, ...]], other: list[tuple[Any, ...]], *, ordered: bool) -> bool:
    return one == other if ordered else Counter(one) == Counter(other)


def _plain(value: Any) -> Any:
    """Numbers, also those written as text, by their first digits; everything else as text without outer blanks."""
    if value is None or isinstance(value, bool):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value).strip()
    if not math.isfinite(number):
        return str(value)
    return float(f"{number:.{DIGITS}g}")
