"""A stored result as a table to read: sorted, page by page, as cells. Pure."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from nl2sql.reply import cell_text

PAGE_ROWS = 50

_NUMBERS = ("integer", "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    text: str
    is_null: bool
    is_number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """`sorted` is `ascending`, `descending` or `none`, as `aria-sort` says it; `query` is what a click asks for."""

    name: str
    is_number: bool
    sorted: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """`first` and `last` count rows from 1; the queries are empty where there is no such page."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    first: int
    last: int
    stored: int
    previous_query: str
    next_query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By which column, counted from 0; None leaves the statement's own order."""

    column: int | None = None
    descending: bool = False

    @property
    def query(self) -> str:
        return "" if self.column is None else f"sort={'-' if self.descending else ''}{self.column}"


def order_of(text: str, *, columns: int) -> Order:
    """From an address: `2` or `-2`. Anything else is no order."""
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 4 or int(digits) >= columns:
        return Order()
    return Order(column=int(digits), descending=text.startswith("-"))


def table_view(result: dict[str, Any], *, order: Order, page: int = 1) -> TableView:
    """`result` is the reply's. A page past the last is the last."""
    columns, rows = result["columns"], result["rows"]
    numeric = [column["type"] in _NUMBERS for column in columns]
    if order.column is not None:
        rows = _sorted(rows, order.column, is_number=numeric[order.column], descending=order.descending)
    pages = max(1, -(-len(rows) // PAGE_ROWS))
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE_ROWS
    shown = rows[start : start + PAGE_ROWS]
    return TableView(
        headings=tuple(
            _heading(column["name"], place, order, is_number=numeric[place]) for place, column in enumerate(columns)
        ),
        rows=tuple(tuple(map(_cell, row, numeric)) for row in shown),
        first=start + 1 if shown else 0,
        last=start + len(shown),
        stored=len(rows),
        previous_query=_query(order, page - 1) if page > 1 else "",
        next_query=_query(order, page + 1) if page < pages else "",
    )


def _sorted(rows: list[list[Any]], place: int, *, is_number: bool, descending: bool) -> list[list[Any]]:
    """Nulls stay last in both directions; equal rows keep the statement's order."""
    known = [row for row in rows if row[place] is not None]
    known.sort(key=lambda row: _key(row[place], is_number=is_number), reverse=descending)
    return [*known, *(row for row in rows if row[place] is None)]


def _key(value: Any, *, is_number: bool) -> tuple[int, Decimal, str]:
    """Numbers before texts: decimals and large integers are stored as strings."""
    if is_number:
        try:
            return 0, Decimal(str(value)), ""
        except InvalidOperation:
            pass
    return 1, Decimal(0), cell_text(value).casefold()


def _heading(name: str, place: int, order: Order, *, is_number: bool) -> Heading:
    is_sorted = order.column == place
    # Numbers are mostly looked through from the largest down.
    falling = not order.descending if is_sorted else is_number
    return Heading(
        name=name,
        is_number=is_number,
        sorted=("descending" if order.descending else "ascending") if is_sorted else "none",
        query=Order(column=place, descending=falling).query,
    )


def _cell(value: Any, is_number: bool) -> Cell:
    return Cell(text=cell_text(value), is_null=value is None, is_number=is_number)


def _query(order: Order, page: int) -> str:
    return "&".join(part for part in (order.query, f"page={page}") if part)
