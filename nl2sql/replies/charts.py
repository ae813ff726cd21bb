"""Which chart a result deserves, if any. The specification is built here, never by a model. Pure."""

from typing import Any

from nl2sql.chart_svg.shape import picture_of
from nl2sql.execution.results import NUMBERS


def chart_of(result: dict[str, Any] | None) -> dict[str, Any] | None:
    """`{kind, vega_lite}` of the reply's `result`: a single number, a line over time, bars over categories; None where
    only a table or another picture fits."""
    picture = picture_of(result)
    if result is None or picture is None or len(picture.series) != 1:
        return None
    if picture.kinds[0] == "number":
        return {"kind": "number", "vega_lite": None}
    (series,) = picture.series
    mark, scale = ("line", "temporal") if picture.days and picture.kinds[0] == "line" else ("bar", "nominal")
    if mark not in picture.kinds or series.name == picture.label_name:
        return None
    place = next(place for place, column in enumerate(result["columns"]) if column["type"] not in NUMBERS)
    # Fields are named by position: a column's name may hold dots and brackets, which Vega-Lite reads as paths.
    rows = [{"label": row[place], "value": value} for row, value in zip(result["rows"], series.values, strict=True)]
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "mark": mark,
        "data": {"values": rows},
        "encoding": {
            "x": {"field": "label", "type": scale, "title": picture.label_name, "sort": None},
            "y": {"field": "value", "type": "quantitative", "title": series.name},
        },
    }
    return {"kind": mark, "vega_lite": spec}
