"""Which result gets which chart."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from nl2sql.chart_svg.shape import MAX_BARS, MAX_POINTS
from nl2sql.execution.results import json_rows
from nl2sql.replies.charts import chart_of
from schema_index.connectors.base import ResultColumn, ResultSet
from schema_index.schema import ColumnKind

Columns = list[tuple[str, ColumnKind]]

CITY_COUNT: Columns = [("city", "text"), ("count", "integer")]
DAY_COUNT: Columns = [("day", "date"), ("count", "integer")]


def result(columns: Columns, rows: list[tuple[Any, ...]], *, truncated: bool = False) -> dict[str, Any]:
    """As a reply has it."""
    named = tuple(ResultColumn(name=name, kind=kind) for name, kind in columns)
    found = ResultSet(columns=named, rows=tuple(rows), truncated=truncated, elapsed_ms=1)
    told = [{"name": name, "type": kind} for name, kind in columns]
    return {"columns": told, "rows": json_rows(found), "truncated": truncated}


def kind_of(found: dict[str, Any] | None) -> str | None:
    chart = chart_of(found)
    return None if chart is None else str(chart["kind"])


def test_categories_become_bars_with_their_whole_specification() -> None:
    rows = [("Lyon", 2), ("Turin", Decimal("1.50")), (None, None)]

    assert chart_of(result(CITY_COUNT, rows)) == {
        "kind": "bar",
        "vega_lite": {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "mark": "bar",
            "data": {
                "values": [
                    {"label": "Lyon", "value": 2.0},
                    {"label": "Turin", "value": 1.5},
                    {"label": None, "value": None},
                ]
            },
            "encoding": {
                "x": {"field": "label", "type": "nominal", "title": "city", "sort": None},
                "y": {"field": "value", "type": "quantitative", "title": "count"},
            },
        },
    }


def test_time_becomes_a_line() -> None:
    chart = chart_of(result(DAY_COUNT, [(date(2026, 1, 5), 2), (date(2026, 1, 6), 3)]))

    assert chart is not None
    assert (chart["kind"], chart["vega_lite"]["encoding"]["x"]["type"]) == ("line", "temporal")
    assert chart["vega_lite"]["data"]["values"][0] == {"label": "2026-01-05", "value": 2.0}


@pytest.mark.parametrize(
    ("columns", "rows", "kind"),
    [
        ([("count", "integer")], [(3,)], "number"),
        ([("total", "number")], [(Decimal("3.5"),)], "number"),
        ([("name", "text")], [("Ada",)], None),
        ([("count", "integer")], [(3,), (4,)], None),
        (CITY_COUNT, [("Lyon", 2)], None),
        (CITY_COUNT, [], None),
        ([("count", "integer"), ("city", "text")], [(2, "Lyon"), (1, "Turin")], "bar"),
        ([("at", "timestamp"), ("n", "number")], [(datetime(2026, 1, n, tzinfo=UTC), 1) for n in (1, 2)], "line"),
        ([("a", "integer"), ("b", "integer")], [(1, 2), (3, 4)], None),
        ([("a", "text"), ("b", "text")], [("x", "y"), ("z", "w")], None),
        ([("same", "text"), ("same", "integer")], [("x", 1), ("y", 2)], None),
        ([("on", "boolean"), ("n", "integer")], [(True, 1), (False, 2)], None),
        ([("city", "text"), ("n", "integer"), ("m", "integer")], [("x", 1, 2), ("y", 3, 4)], None),
        (CITY_COUNT, [(str(n), n) for n in range(MAX_BARS)], "bar"),
        (CITY_COUNT, [(str(n), n) for n in range(MAX_BARS + 1)], None),
        (DAY_COUNT, [(date(2026, 1, 1), n) for n in range(MAX_POINTS)], "line"),
        (DAY_COUNT, [(date(2026, 1, 1), n) for n in range(MAX_POINTS + 1)], None),
        (DAY_COUNT, [(date(2026, 1, 1), 1), (None, 2)], None),
        ([("count", "integer")], [(None,)], None),
    ],
)
def test_a_chart_only_where_it_fits(columns: Columns, rows: list[tuple[Any, ...]], kind: str | None) -> None:
    assert kind_of(result(columns, rows)) == kind


def test_a_part_of_a_result_is_not_drawn_as_the_whole() -> None:
    assert kind_of(result(CITY_COUNT, [("Lyon", 2), ("Turin", 1)], truncated=True)) is None


def test_without_a_result_there_is_no_chart() -> None:
    assert chart_of(None) is None


def test_numbers_too_large_for_json_are_still_drawn() -> None:
    chart = chart_of(result(CITY_COUNT, [("x", 2**62), ("y", float("nan"))]))

    assert chart is not None
    assert [point["value"] for point in chart["vega_lite"]["data"]["values"]] == [float(2**62), None]
