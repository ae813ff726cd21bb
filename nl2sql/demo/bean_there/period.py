"""The span of Bean There's data as arrays of days and months."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nl2sql.demo.span import Span

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]


@dataclass(frozen=True, kw_only=True)
class Period(Span):
    """Days and months are counted from `first_day`: day 0 to `day_count - 1`, month 0 to 23."""

    @cached_property
    def first_month(self) -> np.datetime64:
        return np.datetime64(self.first_date, "M")

    @cached_property
    def first_day(self) -> np.datetime64:
        first_day: np.datetime64 = self.first_month.astype("datetime64[D]")
        return first_day

    @cached_property
    def end_day(self) -> np.datetime64:
        """The first day after the period."""
        return np.datetime64(self.until, "D")

    @cached_property
    def days(self) -> Days:
        return np.arange(self.first_day, self.end_day)

    @cached_property
    def month_of_day(self) -> Ints:
        """Month 0 to 23 of each day."""
        return (self.days.astype("datetime64[M]") - self.first_month).astype(np.int64)

    @cached_property
    def calendar_month(self) -> Ints:
        """Calendar month 1 to 12 of each day."""
        return self.days.astype("datetime64[M]").astype(np.int64) % 12 + 1

    @cached_property
    def weekday(self) -> Ints:
        """Monday 0 to Sunday 6 of each day; 1970-01-01 was a Thursday."""
        return (self.days.astype(np.int64) + 3) % 7

    def month_start(self, month: int | Ints) -> Days:
        """First day of `month`, which may lie outside of the period."""
        return np.asarray(self.first_month + np.asarray(month)).astype("datetime64[D]")

    def day_of(self, days: Days) -> Ints:
        """Dates as day numbers; negative before the period."""
        return (days - self.first_day).astype(np.int64)
