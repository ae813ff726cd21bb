"""A picture as SVG: drawn here from numbers, never from a description that a model wrote. Pure.

Colours are attributes for whoever saves the file; the page's stylesheet sets its own by class, dark and light.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from nl2sql.chart_svg.scale import Scale, axis_text, number_text, scale_for
from nl2sql.chart_svg.shape import Kind, Picture, Series

WIDTH = 680
HEIGHT = 320
BAR_HEIGHT = 26
LABEL_ROOM = 170
"""For the words left of horizontal bars."""

MAX_LABEL = 24
MAX_BELOW = 9
"""Words below an axis; more would touch each other."""

COLOURS = ("#12806a", "#c2731a", "#45639f")
INK, QUIET, GRID = "#18211d", "#55605a", "#e5e3db"
FONT = 'font-family="system-ui, sans-serif" font-size="12"'


def draw(picture: Picture, kind: Kind, *, title: str) -> str:
    """`title` names the picture for who does not see it. `kind` is one of the picture's."""
    if kind == "number":
        body, height = _big_number(picture), 150.0
    elif kind == "bar":
        body, height = _bars(picture)
    else:
        body, height = _upright(picture, kind), float(HEIGHT)
    legend = _legend(picture) if len(picture.series) > 1 else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" {FONT} role="img" '
        f'aria-label={quoteattr(title)} class="picture {kind}">{legend}{body}</svg>'
    )


def _big_number(picture: Picture) -> str:
    series = picture.series[0]
    value = series.values[0]
    shown = "" if value is None else number_text(value)
    return (
        f'<text class="ink" x="{WIDTH / 2:g}" y="84" text-anchor="middle" font-size="56" font-weight="650" '
        f'fill="{INK}">{escape(shown)}</text>'
        f'<text class="quiet" x="{WIDTH / 2:g}" y="116" text-anchor="middle" font-size="15" fill="{QUIET}">'
        f"{escape(series.name)}</text>"
    )


def _bars(picture: Picture) -> tuple[str, float]:
    thick = BAR_HEIGHT * max(1.0, 0.7 * len(picture.series))
    top = 26.0 if len(picture.series) > 1 else 6.0
    height = top + thick * len(picture.labels) + 26
    room = min(LABEL_ROOM, 24 + 7.2 * max(len(_short(label)) for label in picture.labels))
    across = scale_for(_all_values(picture), start=room, end=WIDTH - 54)
    drawn = [_grid_line(across.at(tick), top, across.at(tick), height - 22) for tick in across.ticks]
    drawn += [_text(axis_text(tick), across.at(tick), height - 6, anchor="middle") for tick in across.ticks]
    for place, label in enumerate(picture.labels):
        y = top + place * thick
        drawn.append(_text(_short(label), room - 10, y + thick / 2 + 4, anchor="end", kind="ink"))
        drawn += _bar_row(picture, place, y=y, thick=thick, across=across)
    return "".join(drawn), height


def _bar_row(picture: Picture, place: int, *, y: float, thick: float, across: Scale) -> Iterator[str]:
    each = (thick - 7) / len(picture.series)
    for number, series in enumerate(picture.series):
        value = series.values[place]
        if value is None:
            continue
        left, right = sorted((across.at(0), across.at(value)))
        top = y + 3.5 + number * each
        yield _box(left, top, max(right - left, 1), each - 1, number, told=_told(picture, series, place))
        if len(picture.series) == 1:
            yield _text(number_text(value), right + 6, top + each / 2 + 4, kind="ink")


def _upright(picture: Picture, kind: Kind) -> str:
    top = 30.0 if len(picture.series) > 1 else 12.0
    bottom = HEIGHT - 44.0
    up = scale_for(_all_values(picture), start=bottom, end=top, from_zero=kind != "points")
    drawn = [_grid_line(62, up.at(tick), WIDTH - 10, up.at(tick)) for tick in up.ticks]
    drawn += [_text(axis_text(tick), 54, up.at(tick) + 4, anchor="end") for tick in up.ticks]
    places = _places(picture, kind)
    drawn += _below(picture, places, y=bottom + 20)
    drawn.append(_text(_short(picture.label_name), (62 + WIDTH - 10) / 2, HEIGHT - 4, anchor="middle"))
    for number, series in enumerate(picture.series):
        if kind == "column":
            drawn += _columns(picture, series, number, places=places, up=up)
        else:
            drawn += _marks(picture, series, number, places=places, up=up, kind=kind)
    return "".join(drawn)


def _places(picture: Picture, kind: Kind) -> list[float]:
    """Where each label stands, from left to right: by its day or number where it has one, else side by side."""
    left, right = 70.0, WIDTH - 18.0
    if picture.days and kind != "column" and max(picture.days) > min(picture.days):
        first, last = min(picture.days), max(picture.days)
        return [left + (day - first) / (last - first) * (right - left) for day in picture.days]
    room = (right - left) / len(picture.labels)
    return [left + room * (place + 0.5) for place in range(len(picture.labels))]


def _below(picture: Picture, places: list[float], *, y: float) -> Iterator[str]:
    every = -(-len(places) // MAX_BELOW)
    reached = -1.0
    for place, x in sorted(enumerate(places), key=lambda pair: pair[1])[::every]:
        text = _short(picture.labels[place][:10], most=12 if len(places) > 6 else 16)
        half = len(text) * 3.3
        if x - half > reached:
            reached = x + half
            yield _text(text, min(max(x, half), WIDTH - half), y, anchor="middle")


def _columns(picture: Picture, series: Series, number: int, *, places: list[float], up: Scale) -> Iterator[str]:
    room = (WIDTH - 88.0) / len(places)
    each = min(room * 0.72, 56.0 * len(picture.series)) / len(picture.series)
    for place, value in enumerate(series.values):
        if value is not None:
            left = places[place] - each * len(picture.series) / 2 + number * each
            high, low = sorted((up.at(value), up.at(0)))
            yield _box(left, high, each - 1, max(low - high, 1), number, told=_told(picture, series, place))


def _marks(
    picture: Picture, series: Series, number: int, *, places: list[float], up: Scale, kind: Kind
) -> Iterator[str]:
    points = [
        (places[place], up.at(value), place)
        for place, value in sorted(enumerate(series.values), key=lambda pair: places[pair[0]])
        if value is not None
    ]
    colour = COLOURS[number]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    if kind == "area" and points:
        foot = up.at(max(up.low, 0.0))
        yield (
            f'<polygon class="f{number + 1} area" fill="{colour}" fill-opacity=".18" '
            f'points="{points[0][0]:.1f},{foot:.1f} {path} {points[-1][0]:.1f},{foot:.1f}"/>'
        )
    if kind != "points":
        yield (
            f'<polyline class="s{number + 1}" fill="none" stroke="{colour}" stroke-width="2.25" '
            f'stroke-linejoin="round" stroke-linecap="round" points="{path}"/>'
        )
    radius = 4 if kind == "points" else 3 if len(points) <= 60 else 1.5
    for x, y, place in points:
        told = escape(_told(picture, series, place))
        yield (
            f'<circle class="f{number + 1}" fill="{colour}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}">'
            f"<title>{told}</title></circle>"
        )


def _legend(picture: Picture) -> str:
    drawn, x = [], 62.0
    for number, series in enumerate(picture.series):
        name = _short(series.name)
        drawn.append(_box(x, 4, 11, 11, number, told=series.name))
        drawn.append(_text(name, x + 17, 14, kind="ink"))
        x += 34 + len(name) * 7
    return "".join(drawn)


def _box(x: float, y: float, width: float, height: float, number: int, *, told: str) -> str:
    return (
        f'<rect class="f{number + 1}" fill="{COLOURS[number]}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="2"><title>{escape(told)}</title></rect>'
    )


def _grid_line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path class="grid" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{GRID}"/>'


def _text(text: str, x: float, y: float, *, anchor: str = "start", kind: str = "quiet") -> str:
    fill = INK if kind == "ink" else QUIET
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(text)}</text>'


def _told(picture: Picture, series: Series, place: int) -> str:
    value = series.values[place]
    label = f"{picture.labels[place]}: " if picture.labels[place] else ""
    return f"{label}{'' if value is None else number_text(value)} {series.name}".strip()


def _short(text: str, *, most: int = MAX_LABEL) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _all_values(picture: Picture) -> list[float]:
    return [value for series in picture.series for value in series.values if value is not None]
