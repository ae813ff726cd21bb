"""A table as arrays, one for each column, and its rows as Python values."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nl2sql.demo.bean_there.period import Bools, Floats, Ints

BLOCK_ROWS = 50_000
"""Rows turned into Python values at a time: some megabytes."""


class TableData:
    """`name` is qualified; all columns have the same length, NULL where they are masked. Moments are UTC."""

    def __init__(self, name: str, /, **columns: ArrayLike) -> None:
        self.name = name
        self.columns = {column: np.asanyarray(values) for column, values in columns.items()}

    @property
    def row_count(self) -> int:
        return len(next(iter(self.columns.values())))

    def rows(self) -> Iterator[tuple[object, ...]]:
        for start in range(0, self.row_count, BLOCK_ROWS):
            yield from zip(
                *(column[start : start + BLOCK_ROWS].tolist() for column in self.columns.values()), strict=True
            )


def fields(items: Sequence[object], *names: str) -> dict[str, NDArray[Any]]:
    """A column for each of these attributes; NULL where it is None."""
    return {name: _column([getattr(item, name) for item in items]) for name in names}


def with_gaps(values: ArrayLike, *, missing: Bools) -> NDArray[Any]:
    """NULL where `missing` is true."""
    return np.ma.masked_array(values, missing)


def money(cents: Ints) -> Floats:
    """Amounts in cents, stored as euros: both round to the same double, so that each prints as the exact decimal."""
    return cents / 100


def numbered(count: int) -> Ints:
    """A surrogate key: 1 to `count`."""
    return np.arange(1, count + 1)


def _column(values: Sequence[Any]) -> NDArray[Any]:
    missing = np.array([value is None for value in values])
    return with_gaps([value or 0 for value in values], missing=missing) if missing.any() else np.array(values)
