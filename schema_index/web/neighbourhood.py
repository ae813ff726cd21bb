"""A table among those that it refers to and that refer to it, as one SVG picture. Pure.

Colours and fonts are the page's, by class; nothing in here is a style.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from schema_index.schema import DatabaseSchema, ForeignKey, Table

MAX_EACH_SIDE = 8
"""More would be a wall of boxes; the list of keys below the picture is whole."""

MAX_TEXT = 26

WIDTH, BOX, ROW, GAP = 760, 200, 44, 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """`table` is `schema.table`; `told` the columns of the key, as `customer_id → id`."""

    table: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """`referring` point at the table, `referred` are pointed at."""

    table: str
    referring: tuple[Neighbour, ...]
    referred: tuple[Neighbour, ...]

    @property
    def is_alone(self) -> bool:
        return not self.referring and not self.referred


def neighbourhood_of(table: Table, schema: DatabaseSchema) -> Neighbourhood:
    """Within `schema`, which holds only what may be seen."""
    return Neighbourhood(
        table=table.qualified_name,
        referred=tuple(Neighbour(table=key.target, told=_told(key)) for key in table.foreign_keys),
        referring=tuple(
            Neighbour(table=other.qualified_name, told=_told(key))
            for other in schema.tables
            for key in other.foreign_keys
            if (key.target_schema, key.target_table) == (table.schema, table.name)
        ),
    )


def drawn(around: Neighbourhood, *, address: Callable[[str], str]) -> str:
    """`address` gives the page of a table."""
    left, right = around.referring[:MAX_EACH_SIDE], around.referred[:MAX_EACH_SIDE]
    rows = max(len(left), len(right), 1)
    height = rows * (ROW + GAP) + GAP
    middle = height / 2
    told = (
        f"{around.table} in the middle; {len(around.referring)} keys from other tables point at it, and "
        f"{len(around.referred)} of its own point at others."
    )
    body = "".join(
        [
            *_side(left, 0, middle, height, address),
            *_side(right, WIDTH - BOX, middle, height, address),
            _box(around.table, "", (WIDTH - BOX) / 2, middle - ROW / 2, kind="self"),
        ]
    )
    frame = f'viewBox="0 0 {WIDTH} {height:g}" class="neighbours" role="group" aria-label={quoteattr(told)}'
    return f"<svg {frame}>{body}</svg>"


def _side(
    shown: tuple[Neighbour, ...], x: float, middle: float, height: float, address: Callable[[str], str]
) -> Iterator[str]:
    top = (height - len(shown) * (ROW + GAP) + GAP) / 2
    is_left = x == 0
    for place, one in enumerate(shown):
        y = top + place * (ROW + GAP)
        start = BOX if is_left else (WIDTH + BOX) / 2
        end = (WIDTH - BOX) / 2 if is_left else WIDTH - BOX
        y1, y2 = (y + ROW / 2, middle) if is_left else (middle, y + ROW / 2)
        bend = (start + end) / 2
        yield f'<path class="edge" d="M{start:g} {y1:g}C{bend:g} {y1:g} {bend:g} {y2:g} {end - 6:g} {y2:g}"/>'
        yield f'<path class="tip" d="M{end - 8:g} {y2 - 4:g}L{end:g} {y2:g}L{end - 8:g} {y2 + 4:g}z"/>'
        yield f"<a href={quoteattr(address(one.table))}>{_box(one.table, one.told, x, y, kind='other')}</a>"


def _box(name: str, told: str, x: float, y: float, *, kind: str) -> str:
    lines = f'<text x="{x + 12:g}" y="{y + (19 if told else 27):g}" class="name">{escape(_short(name))}</text>'
    if told:
        lines += f'<text x="{x + 12:g}" y="{y + 35:g}" class="key">{escape(_short(told, most=32))}</text>'
    title = f"<title>{escape(f'{name}: {told}' if told else name)}</title>"
    return (
        f'<g class="{kind}">{title}<rect x="{x + 1:g}" y="{y:g}" width="{BOX - 2}" height="{ROW}" rx="8"/>{lines}</g>'
    )


def _told(key: ForeignKey) -> str:
    return f"{', '.join(key.columns)} → {', '.join(key.target_columns)}"


def _short(text: str, *, most: int = MAX_TEXT) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
