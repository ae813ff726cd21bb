"""When each store trades: opening and closing days, holidays, and the offset of its clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from nl2sql.demo.bean_there.period import Bools, Days, Ints, Period
from nl2sql.demo.bean_there.places import CITIES, STORES

Seconds = NDArray[np.datetime64]
"""UTC instants as datetime64[s]."""


@dataclass(frozen=True, kw_only=True)
class StoreCalendar:
    """Arrays are indexed by store in the order of `STORES`, then by day of the period."""

    period: Period

    @cached_property
    def opened_on(self) -> Days:
        days_into_month = np.arange(len(STORES)) * 7 % 25
        return self.period.month_start(np.array([store.opened_month for store in STORES])) + days_into_month

    @cached_property
    def is_closed(self) -> Bools:
        """True for stores that closed for good within the period."""
        return np.array([store.closed_month is not None for store in STORES])

    @cached_property
    def closed_on(self) -> Days:
        """Closing days; the end of the period where `is_closed` is false."""
        months = np.array([store.closed_month or 0 for store in STORES])
        return np.where(self.is_closed, self.period.month_start(months) + 14, self.period.end_day)

    @cached_property
    def is_open(self) -> Bools:
        """By store and day. All stores stay shut on 25 December and 1 January."""
        days = self.period.days
        month_day = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
        month = self.period.calendar_month
        holiday = ((month == 12) & (month_day == 25)) | ((month == 1) & (month_day == 1))
        has_trade: Bools = (days >= self.opened_on[:, None]) & (days < self.closed_on[:, None])
        is_open: Bools = has_trade & ~holiday
        return is_open

    @cached_property
    def utc_offset_s(self) -> Ints:
        """By store and day: seconds the store's clock is ahead of UTC during opening hours."""
        first = datetime.combine(self.period.first_day.astype(object), time(12), tzinfo=UTC)
        noons = [first + timedelta(days=day) for day in range(self.period.day_count)]
        zones = sorted({city.time_zone for city in CITIES.values()})
        offsets = {zone: [_offset_s(noon, zone=zone) for noon in noons] for zone in zones}
        return np.array([offsets[CITIES[store.city].time_zone] for store in STORES])

    def utc(self, *, store: Ints, day: Ints, local_s: Ints) -> Seconds:
        """The instants at which the clocks of `store` show `local_s` seconds after midnight on `day`."""
        moments: Seconds = self.period.days[day].astype("datetime64[s]") + (local_s - self.utc_offset_s[store, day])
        return moments


def _offset_s(noon: datetime, *, zone: str) -> int:
    offset = noon.astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0
