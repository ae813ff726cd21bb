"""Columns as arrays, and their rows in PostgreSQL's COPY text format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nl2sql.demo.bean_there.period import Bools, Ints

BLOCK_ROWS = 50_000
"""Rows rendered at a time: some megabytes of text."""

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, kw_only=True)
class ColumnData:
    """`values` count units of 10 to the power of minus `decimals`; where `missing` is true the row holds NULL."""

    values: NDArray[np.generic]
    decimals: int = 0
    missing: Bools | None = None

    def texts(self, start: int, stop: int) -> list[str]:
        """Rows `start` to `stop` as COPY fields."""
        texts = _render(self.values[start:stop], decimals=self.decimals)
        if self.missing is None:
            return texts
        return ["\\N" if gone else text for text, gone in zip(texts, self.missing[start:stop].tolist(), strict=True)]


@dataclass(frozen=True, kw_only=True)
class TableData:
    """`name` is qualified; all columns have the same length."""

    name: str
    columns: Mapping[str, ColumnData]

    @property
    def row_count(self) -> int:
        return len(next(iter(self.columns.values())).values)

    def blocks(self) -> Iterator[str]:
        """The rows as COPY text, at most BLOCK_ROWS to a block."""
        for start in range(0, self.row_count, BLOCK_ROWS):
            fields = [column.texts(start, start + BLOCK_ROWS) for column in self.columns.values()]
            yield "".join(f"{line}\n" for line in map("\t".join, zip(*fields, strict=True)))


def plain(values: NDArray[np.generic] | list[str], *, missing: Bools | None = None) -> ColumnData:
    """Numbers, texts, booleans, days or UTC seconds as they are."""
    return ColumnData(values=np.asarray(values), missing=missing)


def money(cents: Ints, *, missing: Bools | None = None) -> ColumnData:
    """Amounts in cents, stored as euros."""
    return ColumnData(values=cents, decimals=2, missing=missing)


def numbered(count: int) -> ColumnData:
    """A surrogate key: 1 to `count`."""
    return ColumnData(values=np.arange(1, count + 1))


def _render(values: NDArray[np.generic], *, decimals: int) -> list[str]:
    kind = values.dtype.kind
    if kind == "b":
        return ["t" if value else "f" for value in values.tolist()]
    if kind == "M":
        zone = "Z" if values.dtype == np.dtype("datetime64[s]") else ""
        return [f"{text}{zone}" for text in values.astype(np.str_).tolist()]
    if kind == "i":
        if decimals:
            # Integers below 2**53 over a power of ten print as the exact decimal: both round to the same double.
            return [str(number) for number in (values / 10**decimals).tolist()]
        return [str(number) for number in values.tolist()]
    if kind == "U":
        return [text.translate(_ESCAPES) for text in values.tolist()]
    raise TypeError(f"No COPY text for arrays of {values.dtype}.")
