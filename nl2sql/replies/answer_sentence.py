"""A result in one sentence, of nothing but its own rows. Pure."""

import math
from decimal import Decimal
from typing import Any

from nl2sql.execution.results import NUMBERS, cell_text, json_value
from nl2sql.replies.rounded_number import is_same_number, rounded
from schema_index.connectors.base import ResultSet

FEW = 2
"""So many rows are read at a glance."""


def answer_sentence(result: ResultSet | None) -> str:
    """`result` is None where the statement was not run."""
    if result is None:
        return "The statement was checked and not run."
    if not result.rows:
        return "No rows."
    if len(result.rows) == 1 and len(result.columns) == 1:
        value = result.rows[0][0]
        said = _short(value) if _is_number(value) else cell_text(json_value(value))
        return f"{said_name(result.columns[0].name)}: {said}"
    count = f"more than {len(result.rows)}" if result.truncated else str(len(result.rows))
    rows = f"{count} row{'' if len(result.rows) == 1 else 's'}"
    span = "" if result.truncated else _span(result)
    return f"{rows}: {span}." if span else f"{rows}."


def said_name(name: str) -> str:
    """`number_of_orders` as people say it; a name that is no plain identifier stays as it is."""
    if not name.isidentifier():
        return name
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else name


def _span(result: ResultSet) -> str:
    """Of a label and a number: where the number is least and greatest. Empty where that would not say more."""
    if len(result.columns) != 2 or len(result.rows) <= FEW:
        return ""
    label, number = result.columns
    values = [row[1] for row in result.rows]
    if number.kind not in NUMBERS or label.kind in NUMBERS or not all(map(_is_number, values)):
        return ""
    least, most = min(result.rows, key=lambda row: row[1]), max(result.rows, key=lambda row: row[1])
    if least[1] == most[1]:
        return ""
    name = said_name(number.name)
    name = name[:1].lower() + name[1:]
    return f"{name} from {_placed(least)} to {_placed(most)}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and math.isfinite(value)


def _placed(row: tuple[Any, ...]) -> str:
    return f"{_short(row[1])} ({cell_text(json_value(row[0]))})"


def _short(number: int | float | Decimal) -> str:
    exact = cell_text(json_value(number))
    text = rounded(exact)
    return text if is_same_number(text, exact) else f"about {text}"
