"""When and where guests order: season, weekday, hour, size of the store, growth."""

from dataclasses import dataclass

import numpy as np

from nl2sql.demo.bean_there.period import Bools, Floats, Ints
from nl2sql.demo.bean_there.places import STORES
from nl2sql.demo.bean_there.store_calendar import Seconds, StoreCalendar

SEASON = np.array([0.93, 0.95, 0.99, 1.00, 1.02, 1.00, 0.92, 0.88, 1.03, 1.07, 1.10, 1.14])
"""Trade in each calendar month relative to the mean: quiet in the holidays, busy before Christmas."""

WEEKDAY = np.array([0.92, 0.95, 0.98, 1.00, 1.12, 1.22, 0.90])
"""Trade from Monday to Sunday relative to the mean."""

MONTHLY_GROWTH = 0.012
FIRST_HOUR = 7
HOURS = {
    "workday": np.array([11, 17, 14, 10, 8, 9, 10, 7, 6, 6, 5, 3, 2]),
    "weekend": np.array([2, 6, 11, 14, 14, 12, 10, 9, 9, 8, 6, 4, 2]),
}
"""Orders in each opening hour from FIRST_HOUR, as parts of the day."""


@dataclass(frozen=True, kw_only=True)
class Visits:
    """One entry for each order in the order of time; `hour` is on the clock of the store."""

    store: Ints
    day: Ints
    hour: Ints
    placed_at: Seconds


def draw_visits(rng: np.random.Generator, *, calendar: StoreCalendar, count: int) -> Visits:
    """Exactly `count` orders spread over the open days of all stores."""
    trade = _expected_trade(rng, calendar=calendar)
    per_cell = rng.multinomial(count, (trade / trade.sum()).ravel())
    store, day = np.divmod(np.repeat(np.arange(trade.size), per_cell), calendar.period.day_count)
    hour = _draw_hours(rng, is_weekend=calendar.period.weekday[day] >= 5)
    local_s = hour * 3600 + rng.integers(0, 3600, size=count)
    placed_at = calendar.utc(store=store, day=day, local_s=local_s)
    by_time = np.argsort(placed_at, kind="stable")
    return Visits(store=store[by_time], day=day[by_time], hour=hour[by_time], placed_at=placed_at[by_time])


def _expected_trade(rng: np.random.Generator, *, calendar: StoreCalendar) -> Floats:
    period = calendar.period
    size = np.array([store.weight for store in STORES])[:, None]
    age_days = np.arange(period.day_count) - period.day_of(calendar.opened_on)[:, None]
    ramp = np.clip(0.5 + age_days / 240, 0.5, 1.0)
    growth = (1 + MONTHLY_GROWTH) ** period.month_of_day
    luck = rng.gamma(30, 1 / 30, size=ramp.shape)
    rhythm: Floats = growth * SEASON[period.calendar_month - 1] * WEEKDAY[period.weekday]
    trade: Floats = calendar.is_open * size * ramp * rhythm * luck
    return trade


def _draw_hours(rng: np.random.Generator, *, is_weekend: Bools) -> Ints:
    drawn = {kind: rng.choice(len(parts), size=len(is_weekend), p=parts / parts.sum()) for kind, parts in HOURS.items()}
    return FIRST_HOUR + np.where(is_weekend, drawn["weekend"], drawn["workday"])
