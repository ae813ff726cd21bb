"""A result set as JSON values."""

import base64
import json
import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from schema_index.connectors.base import ResultSet

MAX_DEPTH = 32
"""Levels of arrays and JSON that are kept; deeper ones become `…`."""

NUMBERS = ("integer", "number")
"""Kinds of columns whose cells are numbers, also where they are stored as strings."""

TIMES = ("date", "timestamp")

SAFE_INTEGER = 2**53 - 1
"""Beyond it JavaScript and every JSON reader built on doubles silently rounds (RFC 8259 §6)."""


def json_rows(result: ResultSet) -> list[list[Any]]:
    return [[json_value(value) for value in row] for row in result.rows]


def cell_text(value: Any) -> str:
    """A JSON value as people read it: text as it is, the rest as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def json_value(value: Any, *, depth: int = 0) -> Any:
    """A value that any JSON reader understands without loss: decimals and large integers as strings, ISO 8601 dates,
    times and durations, bytes in base64, NaN and the infinities null. A type we do not know is its text.
    """
    match value:
        case None | bool() | str():
            return value
        case Mapping() | list() | tuple() | set() | frozenset():
            return _nested(value, depth=depth)
        case int() | float() | Decimal():
            return _number(value)
        case _:
            return _text(value)


def _number(value: int | float | Decimal) -> int | float | str | None:
    if isinstance(value, int):
        return value if abs(value) <= SAFE_INTEGER else str(value)
    if not math.isfinite(value):
        return None
    return value if isinstance(value, float) else format(value, "f")


def _text(value: Any) -> str:
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return iso_duration(value)
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(value).decode("ascii")
        case _:
            return str(value)


def _nested(value: Any, *, depth: int) -> Any:
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): json_value(item, depth=depth + 1) for key, item in value.items()}
    return [json_value(item, depth=depth + 1) for item in value]


def iso_duration(value: timedelta) -> str:
    """ISO 8601, with a leading minus for spans that go back (ECMA-262 Temporal's form): `-P1DT2H`, `PT0.5S`."""
    span = abs(value)
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{span.microseconds:06d}".rstrip("0") if span.microseconds else ""
    days = f"{span.days}D" if span.days else ""
    clock = f"{hours}H" if hours else ""
    clock += f"{minutes}M" if minutes else ""
    clock += f"{seconds}{fraction}S" if seconds or fraction or not days + clock else ""
    return f"{'-' if value < timedelta(0) else ''}P{days}{'T' if clock else ''}{clock}"
