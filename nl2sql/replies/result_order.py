"""The order in which a stored result is read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from nl2sql.execution.results import NUMBERS, cell_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By which column, counted from 0; None leaves the statement's own order."""

    column: int | None = None
    descending: bool = False

    @property
    def query(self) -> str:
        return "" if self.column is None else f"sort={'-' if self.descending else ''}{self.column}"


def order_by_name(text: str, *, names: Sequence[str]) -> Order | None:
    """`total` or `-total`; of columns of one name the first. None where there is no such column."""
    if text in names:
        return Order(column=names.index(text))
    name = text.removeprefix("-")
    return Order(column=names.index(name), descending=True) if name in names else None


def in_order(result: dict[str, Any], order: Order) -> list[list[Any]]:
    """The rows of a reply's `result`. Nulls stay last in both directions; equal rows keep the statement's order."""
    rows: list[list[Any]] = result["rows"]
    place = order.column
    if place is None:
        return rows
    is_number = result["columns"][place]["type"] in NUMBERS
    known = [row for row in rows if row[place] is not None]
    known.sort(key=lambda row: _key(row[place], is_number=is_number), reverse=order.descending)
    return [*known, *(row for row in rows if row[place] is None)]


def _key(value: Any, *, is_number: bool) -> tuple[int, Decimal, str]:
    """Numbers before texts: decimals and large integers are stored as strings."""
    if is_number:
        try:
            return 0, Decimal(str(value)), ""
        except InvalidOperation:
            pass
    return 1, Decimal(0), cell_text(value).casefold()
