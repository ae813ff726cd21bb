"""A stored result as a table to read: sorted, page by page, as cells. Pure."""

from dataclasses import dataclass
from typing import Any

from nl2sql.execution.results import NUMBERS, cell_text
from nl2sql.replies.result_order import Order, in_order
from nl2sql.replies.rounded_number import is_same_number, rounded

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`exact` is the number that `text` rounds; empty where it rounds none."""

    text: str
    exact: str
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

    @property
    def is_rounded(self) -> bool:
        return any(cell.exact for row in self.rows for cell in row)


def order_of(text: str, *, columns: int) -> Order:
    """From an address: `2` or `-2`. Anything else is no order."""
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 4 or int(digits) >= columns:
        return Order()
    return Order(column=int(digits), descending=text.startswith("-"))


def table_view(result: dict[str, Any], *, order: Order, page: int = 1) -> TableView:
    """`result` is the reply's. A page past the last is the last."""
    columns, rows = result["columns"], in_order(result, order)
    numeric = [column["type"] in NUMBERS for column in columns]
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
    exact = cell_text(value)
    text = rounded(exact) if is_number else exact
    hidden = "" if is_same_number(text, exact) else exact
    return Cell(text=text, exact=hidden, is_null=value is None, is_number=is_number)


def _query(order: Order, page: int) -> str:
    return "&".join(part for part in (order.query, f"page={page}") if part)
