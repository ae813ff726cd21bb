"""The rows of columns, as Python values."""

from datetime import date, datetime
from typing import NamedTuple

import numpy as np

from nl2sql.demo.bean_there.table_data import BLOCK_ROWS, TableData, fields, money, numbered, with_gaps


class Cup(NamedTuple):
    name: str
    grams: int | None


def test_each_kind_of_value_has_its_python_value() -> None:
    found = TableData(
        "s.t",
        key=numbered(2),
        amount=money(np.array([1205, 30])),
        day=np.array(["2026-02-28", "2026-03-01"], dtype="datetime64[D]"),
        at=np.array(["2026-02-28T07:00:01", "2026-03-01T19:59:59"], dtype="datetime64[s]"),
        yes=np.array([True, False]),
        **fields([Cup("small", 90), Cup("odd", None)], "name", "grams"),
        maybe=with_gaps(np.array([7, 8]), missing=np.array([False, True])),
    )

    assert list(found.rows()) == [
        (1, 12.05, date(2026, 2, 28), datetime.fromisoformat("2026-02-28T07:00:01"), True, "small", 90, 7),
        (2, 0.3, date(2026, 3, 1), datetime.fromisoformat("2026-03-01T19:59:59"), False, "odd", None, None),
    ]


def test_every_cent_amount_prints_exactly() -> None:
    cents = np.arange(100_000)
    texts = [str(amount) for amount in money(cents).tolist()]
    assert [round(float(text) * 100) for text in texts] == cents.tolist()
    assert max(len(text.partition(".")[2]) for text in texts) == 2


def test_blocks_are_complete() -> None:
    rows = list(TableData("s.t", key=numbered(BLOCK_ROWS + 1)).rows())
    assert (len(rows), rows[0], rows[-1]) == (BLOCK_ROWS + 1, (1,), (BLOCK_ROWS + 1,))
