"""The caps hold whatever the rows are, and no more rows are taken than needed to know."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_index.connectors.base import Limits, ResultTooLarge
from schema_index.connectors.streaming import collect, text_size

CELLS = st.one_of(st.none(), st.integers(), st.text(max_size=20), st.binary(max_size=20), st.floats())


@given(st.lists(st.tuples(CELLS, CELLS), max_size=30), st.integers(1, 20), st.integers(1, 300))
def test_caps_are_never_exceeded(rows: list[tuple[object, ...]], max_rows: int, max_bytes: int) -> None:
    limits = Limits(max_rows=max_rows, max_bytes=max_bytes)
    size = sum(text_size(cell) for row in rows[:max_rows] for cell in row)
    if size > max_bytes:
        with pytest.raises(ResultTooLarge):
            collect(rows, limits=limits)
    else:
        assert collect(rows, limits=limits) == (tuple(rows[:max_rows]), len(rows) > max_rows)


def test_one_row_too_many_is_read_and_no_more() -> None:
    taken: list[int] = []

    def rows() -> Iterator[tuple[int]]:
        for number in range(100):
            taken.append(number)
            yield (number,)

    assert collect(rows(), limits=Limits(max_rows=3)) == (((0,), (1,), (2,)), True)
    assert taken == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("value", "size"),
    [(None, 0), ("abc", 3), ("☕", 3), (b"\x00\x01", 2), ([None, "ab"], 4), ({"key": ["value"]}, 12)],
)
def test_sizes(value: object, size: int) -> None:
    assert text_size(value) == size


def test_depth_costs_no_stack() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]

    assert text_size(value) == 200_002
