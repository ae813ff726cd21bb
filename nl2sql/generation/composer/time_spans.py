"""Time in words: "last month", "in 2024", "since March 2025" as half-open spans of days."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from nl2sql.calendar_spans import Calendar, Unit, step
from nl2sql.generation.composer.words import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpan:
    """What a phrase says before today is known. `relative` spans hold steps of `unit`; absolute ones their days.

    relative: `offset` whole units from the current one ("last month" is -1), or the `rolling` last/next n units.
    `fiscal` ones are those of the tenant's fiscal year.
    """

    text: str
    unit: Unit
    start: date | None = None
    offset: int = 0
    rolling: int = 0
    fiscal: bool = False

    def days(self, calendar: Calendar) -> tuple[date, date]:
        """First day, and the day after the last."""
        if self.start is not None:
            return self.start, step(self.start, self.unit, 1)
        if self.rolling:
            return step(calendar.today, self.unit, -self.rolling), calendar.today + timedelta(days=1)
        return calendar.span(self.unit, self.offset, fiscal=self.fiscal)


_MONTHS = {
    name: at
    for at, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), start=1)
    for name in names.split()
}  # fmt: skip
_UNITS: dict[str, Unit] = {form: unit for unit in get_args(Unit) for form in (unit, f"{unit}s")}
_LAST = {"last", "past", "previous"}
_NEAR = {"this", "current", "next"}
_FISCAL = {"fiscal", "financial"}
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")
MAX_STEPS = 1000


def spans_at(tokens: tuple[Token, ...]) -> dict[int, dict[int, TimeSpan]]:
    """start → end → the span that the tokens between say."""
    found: dict[int, dict[int, TimeSpan]] = {}
    norms = [token.norm for token in tokens]
    for start in range(len(tokens)):
        for length, span in _at(norms, start):
            found.setdefault(start, {})[start + length] = span
    return found


def _at(norms: list[str], start: int) -> Iterator[tuple[int, TimeSpan]]:
    words = norms[start : start + 5]
    first = words[0]
    if first in {"today", "yesterday"}:
        yield 1, TimeSpan(text=first, unit="day", offset=0 if first == "today" else -1)
    yield from _relative(words)
    yield from _absolute(words)


def _relative(words: list[str]) -> Iterator[tuple[int, TimeSpan]]:
    lead = 1 if words[0] == "the" else 0
    rest = words[lead:]
    if len(rest) < 2:
        return
    which, unit = rest[0], _UNITS.get(rest[1])
    offset = -1 if which in _LAST else 1 if which == "next" else 0
    if unit is not None and rest[1] == unit and which in _LAST | _NEAR:
        yield lead + 2, TimeSpan(text=f"{which} {unit}", unit=unit, offset=offset)
    if len(rest) >= 3 and rest[1] in _FISCAL and which in _LAST | _NEAR and rest[2] in {"quarter", "year"}:
        yield lead + 3, TimeSpan(text=f"{which} fiscal {rest[2]}", unit=_UNITS[rest[2]], offset=offset, fiscal=True)
    if len(rest) >= 3 and which in _LAST and rest[1].isdigit() and rest[2] in _UNITS:
        count = int(rest[1][:5])
        if 0 < count <= MAX_STEPS:
            unit = _UNITS[rest[2]]
            yield lead + 3, TimeSpan(text=f"last {count} {unit}s", unit=unit, rolling=count)


def _absolute(words: list[str]) -> Iterator[tuple[int, TimeSpan]]:
    first = words[0]
    if _YEAR.fullmatch(first):
        yield 1, TimeSpan(text=first, unit="year", start=date(int(first), 1, 1))
    month = _MONTHS.get(first)
    if month is not None and len(words) > 1:
        at = 2 if words[1] in {"of", ","} and len(words) > 2 else 1
        if _YEAR.fullmatch(words[at]):
            start = date(int(words[at]), month, 1)
            yield at + 1, TimeSpan(text=f"{start:%B %Y}", unit="month", start=start)
        yield from _day_of(words, 1, month)
    if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", first):
        day = _day(*(int(part) for part in first.split("-")))
        if day is not None:
            yield 1, TimeSpan(text=day.isoformat(), unit="day", start=day)
    if re.fullmatch(r"q[1-4]", first) and len(words) > 1 and _YEAR.fullmatch(words[1]):
        start = date(int(words[1]), int(first[1]) * 3 - 2, 1)
        yield 2, TimeSpan(text=f"{first.upper()} {start.year}", unit="quarter", start=start)


def _day_of(words: list[str], at: int, month: int) -> Iterator[tuple[int, TimeSpan]]:
    """ "March 5, 2024": the month stands before `at`."""
    number = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", words[at])
    year_at = at + 2 if len(words) > at + 2 and words[at + 1] == "," else at + 1
    if number is None or len(words) <= year_at or not _YEAR.fullmatch(words[year_at]):
        return
    day = _day(int(words[year_at]), month, int(number.group(1)))
    if day is not None:
        yield year_at + 1, TimeSpan(text=day.isoformat(), unit="day", start=day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
