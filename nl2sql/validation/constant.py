"""The value of a constant expression, where it can be read off the text: numbers, days and lengths of time."""

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlglot import exp

DAYS: dict[str, float] = {
    "microsecond": 1 / 86_400_000_000,
    "millisecond": 1 / 86_400_000,
    "second": 1 / 86_400,
    "sec": 1 / 86_400,
    "minute": 1 / 1_440,
    "min": 1 / 1_440,
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 30.4,
    "mon": 30.4,
    "quarter": 91.3,
    "year": 365.25,
    "decade": 3_652.5,
    "century": 36_525.0,
    "centurie": 36_525.0,
    "millennium": 365_250.0,
}
_TODAY = frozenset({"now", "today", "current_date", "current_timestamp", "localtimestamp", "transaction_timestamp"})
_PART = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_CLOCK = re.compile(r"(\d+):(\d+)(?::(\d+))?")

_OPERATIONS: dict[type[exp.Expr], Callable[[float, float], Any]] = {
    exp.Add: operator.add,
    exp.Sub: operator.sub,
    exp.Mul: operator.mul,
    exp.Div: operator.truediv,
    exp.IntDiv: operator.truediv,
    exp.Mod: operator.mod,
    exp.Pow: operator.pow,
}


def number(node: exp.Expr | None) -> float | None:
    """The number `node` stands for, or None when it is not constant. Powers beyond 10^12 are None too."""
    if isinstance(node, exp.Literal):
        try:
            return float(node.this)
        except ValueError:
            return None
    if isinstance(node, exp.Paren | exp.Cast | exp.TryCast):
        return number(node.this)
    if isinstance(node, exp.Neg):
        inner = number(node.this)
        return None if inner is None else -inner
    return _calculated(node) if node is not None and type(node) in _OPERATIONS else None


def _calculated(node: exp.Expr) -> float | None:
    left, right = number(node.this), number(node.expression)
    try:
        return None if left is None or right is None else float(_OPERATIONS[type(node)](left, right))
    except (ArithmeticError, TypeError):
        return None


def span_days(node: exp.Expr | None) -> float | None:
    """The length of a constant interval in days; None when it is not one."""
    if isinstance(node, exp.Paren | exp.Cast):
        return span_days(node.this)
    if isinstance(node, exp.Neg):
        inner = span_days(node.this)
        return None if inner is None else -inner
    if isinstance(node, exp.Interval):
        unit = node.args.get("unit")
        text = node.this.name if isinstance(node.this, exp.Literal) else ""
        if unit is not None and text:
            text = f"{text} {unit.name}"
        return _span(text)
    if isinstance(node, exp.Literal) and node.is_string:
        return _span(node.this)
    return None


def _span(text: str) -> float | None:
    total, found = 0.0, False
    for amount, unit in _PART.findall(text):
        days = DAYS.get(unit.lower().rstrip("s")) or DAYS.get(unit.lower())
        if days is None:
            return None
        total, found = total + float(amount) * days, True
    for hours, minutes, seconds in _CLOCK.findall(text):
        total, found = total + int(hours) / 24 + int(minutes) / 1_440 + int(seconds or 0) / 86_400, True
    return total if found else None


def day(node: exp.Expr | None) -> float | None:
    """The day (proleptic ordinal) of a constant date, the clock counting as today; None when it is not constant."""
    if isinstance(node, exp.Literal):
        return _ordinal(node.name) if node.is_string else None
    if isinstance(node, exp.CurrentDate | exp.CurrentTimestamp | exp.Localtimestamp):
        return float(datetime.now(UTC).toordinal())
    if isinstance(node, exp.Paren | exp.Cast | exp.TryCast | exp.AtTimeZone):
        return day(node.this)
    if isinstance(node, exp.Add | exp.Sub):
        return _shifted(node)
    return _called(node) if isinstance(node, exp.Anonymous) else None


def _shifted(node: exp.Add | exp.Sub) -> float | None:
    base, span = day(node.this), span_days(node.expression)
    if base is None or span is None:
        return None
    return base + span if isinstance(node, exp.Add) else base - span


def _called(node: exp.Anonymous) -> float | None:
    name = node.name.lower()
    if name in _TODAY:
        return float(datetime.now(UTC).toordinal())
    if name in {"date_trunc", "datetrunc"} and len(node.expressions) >= 2:
        return day(node.expressions[1])
    if name in {"date", "timestamp", "to_date", "to_timestamp"} and node.expressions:
        return day(node.expressions[0])
    if name in {"make_date", "make_timestamp"} and len(node.expressions) >= 2:
        year = number(node.expressions[0])
        return None if year is None else year * 365.25
    return None


def _ordinal(text: str) -> float | None:
    match = re.match(r"\s*([+-]?\d{1,6})-(\d{1,2})(?:-(\d{1,2}))?", text)
    if match is None:
        return None
    year, month, rest = int(match[1]), int(match[2]), int(match[3] or 1)
    return year * 365.25 + (month - 1) * 30.4 + rest
