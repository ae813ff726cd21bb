"""Which picture a result deserves, and what is drawn."""

from typing import Any
from xml.etree import ElementTree

import pytest

from nl2sql.chart_svg.draw import draw
from nl2sql.chart_svg.scale import axis_text, number_text, scale_for
from nl2sql.chart_svg.shape import picture_of

SVG = "{http://www.w3.org/2000/svg}"


def result(columns: str, *rows: list[Any], truncated: bool = False) -> dict[str, Any]:
    """`name:type` for each column."""
    named = [dict(zip(("name", "type"), column.split(":"), strict=True)) for column in columns.split()]
    return {"columns": named, "rows": list(rows), "row_count": len(rows), "truncated": truncated}


CITIES = result("city:text count:integer", ["Lyon", 2], ["Turin", 1], [None, 4])


@pytest.mark.parametrize(
    ("shown", "kinds"),
    [
        (result("count:integer", [3]), ("number",)),
        (result("total:number", ["12.50"]), ("number",)),
        (CITIES, ("bar", "column")),
        (result("day:date n:integer", ["2026-01-01", 1], ["2026-01-03", 2]), ("line", "area", "column", "bar")),
        (result("month:text n:integer", ["2026-01", 1], ["2026-02", 2]), ("line", "area", "column", "bar")),
        (result("x:number y:number", [1.5, 2], [2.5, 3], [4, 5]), ("points",)),
        (result("year:integer n:integer", [2024, 2], [2025, 3], [2026, 5]), ("column", "points", "line")),
        (result("city:text a:integer b:integer", ["Lyon", 2, 3], ["Turin", 1, 4]), ("bar", "column")),
    ],
)
def test_the_shape_of_a_result_chooses(shown: dict[str, Any], kinds: tuple[str, ...]) -> None:
    picture = picture_of(shown)
    assert picture is not None
    assert picture.kinds == kinds
    for kind in picture.kinds:
        drawn = ElementTree.fromstring(draw(picture, kind, title='A "title" & more'))
        assert drawn.get("aria-label") == 'A "title" & more'
        assert not [element for element in drawn.iter() if "style" in element.attrib]


@pytest.mark.parametrize(
    "shown",
    [
        None,
        result("city:text count:integer"),
        result("count:integer", [None]),
        result("city:text", ["Lyon"], ["Turin"]),
        result("city:text count:integer", ["Lyon", 2]),
        result("city:text count:integer", ["Lyon", 2], ["Turin", 1], truncated=True),
        result("city:text count:integer", *([f"c{n}", n] for n in range(31))),
        result("a:text b:text n:integer", ["x", "y", 1], ["x", "z", 2]),
        result("city:text a:integer b:integer c:integer d:integer", ["x", 1, 2, 3, 4], ["y", 1, 2, 3, 4]),
    ],
)
def test_what_only_a_table_shows_gets_no_picture(shown: dict[str, Any] | None) -> None:
    assert picture_of(shown) is None


def test_a_bar_is_as_long_as_its_number_and_says_it() -> None:
    picture = picture_of(CITIES)
    assert picture is not None
    bars = list(ElementTree.fromstring(draw(picture, "bar", title="")).iter(f"{SVG}rect"))
    told = {bar.findtext(f"{SVG}title"): float(bar.get("width", "0")) for bar in bars}
    assert list(told) == ["Lyon: 2 count", "Turin: 1 count", "null: 4 count"]
    assert told["null: 4 count"] == pytest.approx(4 * told["Turin: 1 count"], rel=0.01)


def test_what_names_hold_is_text() -> None:
    picture = picture_of(result("city:text n:integer", ["<script>", 1], ["b", 2]))
    assert picture is not None
    for kind in picture.kinds:
        assert "<script>" not in draw(picture, kind, title="<script>")


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([3, 41], (0, 10, 20, 30, 40, 50)),
        ([0.2, 0.9], (0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        ([-5, 5], (-6, -4, -2, 0, 2, 4, 6)),
        ([0, 0], (0, 0.2, 0.4, 0.6, 0.8, 1.0)),
    ],
)
def test_axes_end_at_round_numbers(values: list[float], ticks: tuple[float, ...]) -> None:
    scale = scale_for(values, start=0, end=100)
    assert scale.ticks == pytest.approx(ticks)
    assert (scale.at(scale.low), scale.at(scale.high)) == (0, 100)


def test_numbers_are_written_for_people() -> None:
    assert [number_text(one) for one in (1234567, 1234.5, 0.125, -3.0, float("inf"))] == [
        *("1,234,567", "1,234.50", "0.125", "-3", "")
    ]
    assert [axis_text(one) for one in (0, 250, 12_000, 2_500_000, 3e9, 0.5)] == ["0", "250", "12k", "2.5M", "3B", "0.5"]
