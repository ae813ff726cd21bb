"""Two results are the same when a person would say so: rows in any order, columns in any order, numbers about equal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nl2sql.evaluation.same_result import same_result
from nl2sql.evaluation.statement_order import is_ordered

CELLS = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["a", "b", "1", " a "])
ROWS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(ROWS, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_that_of_columns_matters(rows: list[list[Any]], random: Any) -> None:
    places = list(range(len(rows[0])))
    random.shuffle(places)
    turned = [[row[place] for place in places] for row in rows]
    assert same_result(turned, rows, ordered=True)
    random.shuffle(turned)
    assert same_result(turned, rows, ordered=False)
    assert same_result(rows, turned, ordered=False)


@given(ROWS, CELLS)
def test_another_row_or_column_is_another_result(rows: list[list[Any]], cell: Any) -> None:
    assert not same_result([*rows, rows[0]], rows, ordered=False)
    wider = [[*row, cell] for row in rows]
    assert not same_result(wider, rows, ordered=False)
    assert same_result(wider, rows, ordered=False, extra_columns_allowed=True)
    assert same_result(wider, rows, ordered=True, extra_columns_allowed=True)
    assert not same_result(rows, wider, ordered=False, extra_columns_allowed=True)


@pytest.mark.parametrize(
    ("answer", "gold", "ordered", "same"),
    [
        ([[1, 2]], [[2, 1]], False, True),
        ([[1, "x"], [2, "y"]], [[1, "y"], [2, "x"]], False, False),
        ([[1], [2]], [[2], [1]], True, False),
        ([["12.50"]], [[12.5]], False, True),
        ([[1 / 3]], [["0.333333333"]], False, True),
        ([[0.3333]], [["0.333333333"]], False, False),
        ([[None]], [[0]], False, False),
        ([["NaN"]], [["NaN"]], False, True),
        ([[10**400]], [[10**400]], False, True),
        ([], [], True, True),
        ([], [[1]], False, False),
        ([[1, 1, 1, 2]], [[1, 1, 2, 2]], False, False),
    ],
)
def test_examples(answer: list[list[Any]], gold: list[list[Any]], ordered: bool, same: bool) -> None:
    assert same_result(answer, gold, ordered=ordered) is same


def test_wide_results_of_equal_columns_end() -> None:
    rows = [[1] * 12, [2] * 12]
    assert same_result(rows, rows, ordered=False)
    assert not same_result([[1] * 12, [2] * 11 + [3]], rows, ordered=False)


@pytest.mark.parametrize(
    ("sql", "ordered"),
    [
        ("SELECT a FROM t ORDER BY a", True),
        ("SELECT a FROM t UNION SELECT b FROM u ORDER BY 1", True),
        ("(SELECT a FROM t ORDER BY a LIMIT 3)", True),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a) AS s", False),
        ("SELECT rank() OVER (ORDER BY a) FROM t", False),
        ("SELECT string_agg(a, ',' ORDER BY a) FROM t", False),
        ("not sql at (", False),
    ],
)
def test_only_the_outermost_order_counts(sql: str, ordered: bool) -> None:
    assert is_ordered(sql, dialect="postgres") is ordered
