"""The span of days that a statement asks for, against the days that the data holds. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlglot import exp

from nl2sql.trust.check import Check, failed, passed, undetermined
from nl2sql.trust.statement import Block, Statement, column_of, constant_of
from nl2sql.validation.select_parts import conjuncts

NAME = "date_span"

UNCOVERED = 0.1
"""Share of the days asked for that may lie outside the data before it is worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSpan:
    """Days of `column` (`schema.table.column`), both included; None where that side is open."""

    column: str
    first: date | None
    last: date | None


def asked_spans(statement: Statement) -> tuple[AskedSpan, ...]:
    """One for each date column that a condition of every row bounds by plain dates."""
    found: dict[str, AskedSpan] = {}
    for block in statement.blocks:
        for condition in conjuncts(block.select.args.get("where")):
            for one in _bounds(condition, block):
                before = found.get(one.column, AskedSpan(column=one.column, first=None, last=None))
                firsts = [day for day in (before.first, one.first) if day]
                lasts = [day for day in (before.last, one.last) if day]
                found[one.column] = AskedSpan(
                    column=one.column, first=max(firsts, default=None), last=min(lasts, default=None)
                )
    return tuple(found.values())


def date_span(
    asked: tuple[AskedSpan, ...], *, spans: Mapping[str, tuple[date, date] | None], today: date
) -> Check | None:
    """None where no date is asked for."""
    if not asked:
        return None
    for one in asked:
        held = spans.get(one.column)
        if held is None:
            return undetermined(NAME, f"Which days {one.column} holds could not be read.")
        told = f"{one.column} holds days from {held[0]} to {held[1]}"
        if (one.first and one.first > held[1]) or (one.last and one.last < held[0]):
            return failed(NAME, f"{told}: nothing of the time that is asked for.")
        if one.first and one.last and _outside(one.first, min(one.last, today), held) > UNCOVERED:
            return undetermined(NAME, f"{told}: only a part of the time that is asked for.")
    return passed(NAME, "The data holds the time that is asked for.")


def _outside(first: date, last: date, held: tuple[date, date]) -> float:
    days = (last - first).days + 1
    if days <= 0:
        return 0.0
    covered = (min(last, held[1]) - max(first, held[0])).days + 1
    return 1 - max(covered, 0) / days


def _bounds(condition: exp.Expr, block: Block) -> Iterator[AskedSpan]:
    if isinstance(condition, exp.Between):
        low, high = _day(condition.args["low"]), _day(condition.args["high"])
        if (name := _date_column(condition.this, block)) and (low or high):
            yield AskedSpan(column=name, first=low, last=high)
        return
    if not isinstance(condition, exp.EQ | exp.GT | exp.GTE | exp.LT | exp.LTE):
        return
    sides = ((condition.this, condition.expression, False), (condition.expression, condition.this, True))
    for side, other, is_turned in sides:
        name = _date_column(side, block)
        day = _day(other)
        if not name or day is None:
            continue
        kind = _TURNED.get(type(condition), type(condition)) if is_turned else type(condition)
        step = timedelta(days=1)
        yield AskedSpan(
            column=name,
            first=day + step if kind is exp.GT else day if kind in (exp.GTE, exp.EQ) else None,
            last=day - step if kind is exp.LT else day if kind in (exp.LTE, exp.EQ) else None,
        )


_TURNED: dict[type[exp.Expr], type[exp.Expr]] = {exp.GT: exp.LT, exp.LT: exp.GT, exp.GTE: exp.LTE, exp.LTE: exp.GTE}


def _date_column(node: exp.Expr, block: Block) -> str:
    found = block.stored(column_of(node))
    return f"{found[0].qualified_name}.{found[1].name}" if found and found[1].kind in ("date", "timestamp") else ""


def _day(node: exp.Expr) -> date | None:
    literal = constant_of(node)
    if literal is None or not literal.is_string:
        return None
    try:
        day = date.fromisoformat(literal.name.strip()[:10])
    except ValueError:
        return None
    return day if date(2, 1, 1) < day < date(9998, 1, 1) else None
