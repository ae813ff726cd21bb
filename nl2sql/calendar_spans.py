"""Days, months, quarters and years around a day, by the calendar and by a fiscal year, as half-open spans. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Unit = Literal["day", "week", "month", "quarter", "year"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """`today` where the tenant is; its fiscal year begins with the first of `fiscal_month`, 1 to 12."""

    today: date
    fiscal_month: int = 1

    def span(self, unit: Unit, offset: int = 0, *, fiscal: bool = False) -> tuple[date, date]:
        """First day, and the day after the last, of the unit that is `offset` whole ones from the current."""
        first = step(floor(self.today, unit, first_month=self.fiscal_month if fiscal else 1), unit, offset)
        return first, step(first, unit, 1)


def floor(day: date, unit: Unit, *, first_month: int = 1) -> date:
    """The first day of the unit; weeks begin on Monday, quarters and years with `first_month`."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "day":
        return day
    back = (day.month - first_month) % _MONTHS[unit] if unit != "month" else 0
    return step(day.replace(day=1), "month", -back)


def step(day: date, unit: Unit, count: int) -> date:
    """`day` moved by units; the last day of a shorter month where the day does not exist."""
    if unit == "day":
        return day + timedelta(days=count)
    if unit == "week":
        return day + timedelta(weeks=count)
    months = count * _MONTHS[unit]
    index = min(max(day.year * 12 + day.month - 1 + months, 12), 9999 * 12 + 10)
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, _month_days(year, month + 1)))


def _month_days(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day
