"""COPY text of columns, and refusal of what has none."""

import numpy as np
import pytest

from nl2sql.demo.bean_there.table_data import BLOCK_ROWS, ColumnData, TableData, money, numbered, plain


def test_each_kind_of_value_has_its_copy_text() -> None:
    table = TableData(
        name="s.t",
        columns={
            "key": numbered(2),
            "amount": money(np.array([1205, 30])),
            "grams": ColumnData(values=np.array([9, 12_000]), decimals=3),
            "day": plain(np.array(["2026-02-28", "2026-03-01"], dtype="datetime64[D]")),
            "at": plain(np.array(["2026-02-28T07:00:01", "2026-03-01T19:59:59"], dtype="datetime64[s]")),
            "yes": plain(np.array([True, False])),
            "text": plain(["tab\there", "back\\slash\nline"]),
            "maybe": plain(np.array([7, 8]), missing=np.array([False, True])),
        },
    )

    assert "".join(table.blocks()) == (
        "1\t12.05\t0.009\t2026-02-28\t2026-02-28T07:00:01Z\tt\ttab\\there\t7\n"
        "2\t0.3\t12.0\t2026-03-01\t2026-03-01T19:59:59Z\tf\tback\\\\slash\\nline\t\\N\n"
    )


def test_every_cent_amount_prints_exactly() -> None:
    cents = np.arange(100_000)
    texts = money(cents).texts(0, len(cents))
    assert [round(float(text) * 100) for text in texts] == cents.tolist()
    assert max(len(text.partition(".")[2]) for text in texts) == 2


def test_blocks_are_bounded_and_complete() -> None:
    table = TableData(name="s.t", columns={"key": numbered(BLOCK_ROWS + 1)})
    assert [block.count("\n") for block in table.blocks()] == [BLOCK_ROWS, 1]


def test_an_array_without_copy_text_is_refused() -> None:
    with pytest.raises(TypeError, match="complex128"):
        plain(np.array([1j])).texts(0, 1)
