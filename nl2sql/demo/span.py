"""The 24 whole months before a given day, never read from the clock, and steps of months within them."""

from dataclasses import dataclass
from datetime import date

MONTHS = 24


@dataclass(frozen=True, kw_only=True)
class Span:
    """`until` is the first day after the span and the first of a month."""

    until: date

    def __post_init__(self) -> None:
        if self.until.day != 1:
            raise ValueError("The demo covers whole months: pass the first day of a month as until.")

    @property
    def first_date(self) -> date:
        return add_months(self.until, months=-MONTHS)

    @property
    def day_count(self) -> int:
        return (self.until - self.first_date).days


def add_months(day: date, *, months: int) -> date:
    """The same day of the month `months` later or earlier, at most the 28th, so that every month has it."""
    month = day.year * 12 + day.month - 1 + months
    return date(month // 12, month % 12 + 1, min(day.day, 28))
