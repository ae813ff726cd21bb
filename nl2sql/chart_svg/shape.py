"""Which pictures a stored result can be drawn as, and the series that they show. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from nl2sql.execution.results import NUMBERS, TIMES

Kind = Literal["number", "line", "area", "bar", "column", "points"]

TITLES: dict[Kind, str] = {
    "number": "Big number",
    "line": "Line",
    "area": "Area",
    "bar": "Bars",
    "column": "Columns",
    "points": "Points",
}

MAX_SERIES = 3
"""As many colours as are told apart in both themes, also by who sees fewer."""

MAX_BARS = 30
MAX_COLUMNS = 62
"""Two months of days."""

MAX_POINTS = 1_000

_YEAR_OR_MONTH = re.compile(r"\d{4}(-(\d{2}|Q[1-4]|W\d{2}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """`values[i]` belongs to `Picture.labels[i]`; None is a gap."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`kinds` are what fits, the best first; `days` are the labels as day numbers where they are times, else empty."""

    kinds: tuple[Kind, ...]
    label_name: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    days: tuple[float, ...] = ()


def picture_of(result: dict[str, Any] | None) -> Picture | None:
    """Of the reply's `result`; None where only a table shows it."""
    if result is None or not result["rows"] or result["truncated"]:
        return None
    columns, rows = result["columns"], result["rows"]
    numeric = [place for place, column in enumerate(columns) if column["type"] in NUMBERS]
    named = [place for place in range(len(columns)) if place not in numeric]
    if len(columns) == 1 and len(rows) == 1 and numeric and rows[0][0] is not None:
        return Picture(kinds=("number",), label_name="", labels=("",), series=(_series(result, 0),))
    if len(rows) < 2 or len(rows) > MAX_POINTS:
        return None
    if len(columns) == 2 and len(numeric) == 2:
        return _of_two_numbers(result)
    if len(named) != 1 or not 1 <= len(numeric) <= MAX_SERIES:
        return None
    return _labelled(result, named[0], numeric)


def _labelled(result: dict[str, Any], place: int, numeric: list[int]) -> Picture | None:
    column = result["columns"][place]
    labels = tuple("null" if row[place] is None else str(row[place]) for row in result["rows"])
    series = tuple(_series(result, one) for one in numeric)
    days = _days(labels) if column["type"] in TIMES else ()
    few = len(labels) <= MAX_BARS
    ordered = bool(days) or all(_YEAR_OR_MONTH.fullmatch(label) for label in labels)
    kinds: tuple[Kind, ...] = ()
    if ordered:
        columns: tuple[Kind, ...] = ("column",) if len(labels) <= MAX_COLUMNS else ()
        kinds = ("line", "area", *columns, *(("bar",) if few else ()))
    elif column["type"] == "text" and few:
        kinds = ("bar", "column")
    if not kinds:
        return None
    return Picture(kinds=kinds, label_name=column["name"], labels=labels, series=series, days=days)


def _of_two_numbers(result: dict[str, Any]) -> Picture | None:
    across, up = _series(result, 0), _series(result, 1)
    kept = [(x, y) for x, y in zip(across.values, up.values, strict=True) if x is not None and y is not None]
    if len(kept) < 3:
        return None
    whole = len({x for x, _ in kept}) == len(kept) <= MAX_BARS and all(x == int(x) for x, _ in kept)
    return Picture(
        kinds=("column", "points", "line") if whole else ("points",),
        label_name=across.name,
        labels=tuple(f"{x:g}" for x, _ in kept),
        series=(Series(name=up.name, values=tuple(y for _, y in kept)),),
        days=tuple(x for x, _ in kept),
    )


def _series(result: dict[str, Any], place: int) -> Series:
    values = tuple(None if row[place] is None else float(row[place]) for row in result["rows"])
    return Series(name=result["columns"][place]["name"], values=values)


def _days(labels: tuple[str, ...]) -> tuple[float, ...]:
    try:
        return tuple(float(date.fromisoformat(label[:10]).toordinal()) for label in labels)
    except ValueError:
        return ()
