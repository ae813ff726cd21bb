"""Plans as the engines print them, and the gate."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_index.connectors.base import Limits, QueryTooExpensive
from schema_index.connectors.duckdb import duckdb_rows
from schema_index.connectors.mysql import mysql_rows
from schema_index.connectors.plan_cost import assert_affordable
from schema_index.connectors.postgres import postgres_cost


def test_postgres_tells_the_total_of_the_top_node() -> None:
    plan = [{"Plan": {"Node Type": "Limit", "Total Cost": 12.5, "Plans": [{"Total Cost": 900}]}}]
    assert postgres_cost(plan) == 12.5
    assert postgres_cost('[{"Plan": {"Total Cost": 7}}]') == 7


@pytest.mark.parametrize("plan", [None, "", "not json", [], [{}], [{"Plan": {}}], [{"Plan": {"Total Cost": "x"}}], 5])
def test_a_plan_that_tells_nothing_is_none(plan: object) -> None:
    assert postgres_cost(plan) is None


def test_steps_of_one_select_multiply_and_selects_add_up() -> None:
    assert mysql_rows([(1, 10), (1, 20), (2, 5), (None, None)]) == 205
    assert mysql_rows([(1, None)]) is None
    assert mysql_rows([]) is None


def test_rows_compared_pair_by_pair_count_as_pairs() -> None:
    def step(name: str, rows: int | None, *children: dict[str, object]) -> dict[str, object]:
        info = {} if rows is None else {"Estimated Cardinality": str(rows)}
        return {"name": name, "children": list(children), "extra_info": info}

    scans = step("SEQ_SCAN", 10), step("SEQ_SCAN", 20)
    assert duckdb_rows(json.dumps([step("HASH_JOIN", 15, *scans)])) == 45
    assert duckdb_rows(json.dumps([step("AGGREGATE", None, step("CROSS_PRODUCT", None, *scans))])) == 430
    assert duckdb_rows(json.dumps([step("NESTED_LOOP_JOIN", 5, *scans)])) == 230


@pytest.mark.parametrize("plan", ["", "{}", "[]", "[1]", '[{"name": "X"}]', "[" * 5_000])
def test_a_plan_of_another_shape_is_none_or_nothing(plan: str) -> None:
    assert not duckdb_rows(plan)


@given(st.none() | st.floats(), st.none() | st.floats(min_value=1, max_value=1e9))
def test_only_more_than_the_limit_is_stopped(cost: float | None, most: float | None) -> None:
    limits = Limits(max_cost=most)
    if cost is not None and most is not None and cost > most:
        with pytest.raises(QueryTooExpensive):
            assert_affordable(cost, limits=limits)
    else:
        assert_affordable(cost, limits=limits)
