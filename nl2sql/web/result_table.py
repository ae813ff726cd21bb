"""A stored result as cells to show. Pure."""

from dataclasses import dataclass
from typing import Any

from nl2sql.reply import cell_text

SHOWN_ROWS = 200
"""A page stays light; the API returns every row."""

_NUMBERS = ("integer", "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    text: str
    is_null: bool
    is_number: bool


def shown_rows(result: dict[str, Any]) -> dict[str, Any]:
    """`shown`, the first rows as cells, and `not_shown`, how many stored rows follow them."""
    numeric = [column["type"] in _NUMBERS for column in result["columns"]]
    shown = [
        [
            Cell(text=cell_text(value), is_null=value is None, is_number=is_number)
            for value, is_number in zip(row, numeric, strict=True)
        ]
        for row in result["rows"][:SHOWN_ROWS]
    ]
    return {"shown": shown, "not_shown": max(0, len(result["rows"]) - SHOWN_ROWS)}
