"""Which chart a result deserves, if any. The specification is built here, never by a model. Pure."""

from typing import Any

from nl2sql.chart_svg.shape import MAX_BARS, MAX_POINTS
from nl2sql.execution.results import NUMBERS, TIMES, json_rows
from schema_index.connectors.base import ResultColumn, ResultSet


def chart_of(result: ResultSet | None) -> dict[str, Any] | None:
    """`{kind, vega_lite}`: a single number, a line over time, bars over categories; None where only a table fits."""
    if result is None or not result.rows or result.truncated:
        return None
    columns = result.columns
    if len(columns) == 1 and len(result.rows) == 1 and columns[0].kind in NUMBERS:
        return {"kind": "number", "vega_lite": None}
    if len(columns) != 2 or len({column.name for column in columns}) != 2 or len(result.rows) < 2:
        return None
    label = next((column for column in columns if column.kind not in NUMBERS), None)
    number = next((column for column in columns if column.kind in NUMBERS), None)
    if label is None or number is None:
        return None
    line = label.kind in TIMES and len(result.rows) <= MAX_POINTS
    if not line and (label.kind != "text" or len(result.rows) > MAX_BARS):
        return None
    mark, scale = ("line", "temporal") if line else ("bar", "nominal")
    return {"kind": mark, "vega_lite": _spec(mark, scale, label, number, result)}


def _spec(mark: str, scale: str, label: ResultColumn, number: ResultColumn, result: ResultSet) -> dict[str, Any]:
    # Fields are named by position: a column's name may hold dots and brackets, which Vega-Lite reads as paths.
    places = {column.name: index for index, column in enumerate(result.columns)}
    rows = [
        {
            "label": row[places[label.name]],
            "value": None if row[places[number.name]] is None else float(row[places[number.name]]),
        }
        for row in json_rows(result)
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "mark": mark,
        "data": {"values": rows},
        "encoding": {
            "x": {"field": "label", "type": scale, "title": label.name, "sort": None},
            "y": {"field": "value", "type": "quantitative", "title": number.name},
        },
    }
