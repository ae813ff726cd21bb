"""The heads of the orders: guest, employee, promotion, channel, status, amounts."""

from dataclasses import dataclass

import numpy as np

from nl2sql.demo.bean_there.baskets import Baskets
from nl2sql.demo.bean_there.period import Bools, Floats, Ints, Period
from nl2sql.demo.bean_there.reference import PROMOTIONS
from nl2sql.demo.bean_there.staff import Roster
from nl2sql.demo.bean_there.store_calendar import Seconds
from nl2sql.demo.bean_there.table_data import TableData, money, numbered, with_gaps
from nl2sql.demo.bean_there.visits import Visits

COUNTER, APP, COURIER = range(3)
CHANNELS = np.array(["counter", "app", "courier"])
COMPLETED, CANCELLED, REFUNDED = range(3)
STATUSES = np.array(["completed", "cancelled", "refunded"])

PROMOTION_USE = 0.3
"""Share of orders that use the promotion of the day."""

LATE_SHIFT_HOUR = 14


@dataclass(frozen=True, kw_only=True)
class Orders:
    """One entry for each order in the order of time. `guest`, `employee`, `promotion` are indexes, -1 for none."""

    visits: Visits
    guest: Ints
    employee: Ints
    promotion: Ints
    channel: Ints
    status: Ints
    discount_cents: Ints
    total_cents: Ints

    @property
    def placed_at(self) -> Seconds:
        return self.visits.placed_at

    @property
    def is_paid(self) -> Bools:
        is_paid: Bools = self.status != CANCELLED
        return is_paid


def draw_orders(
    rng: np.random.Generator, *, visits: Visits, guest: Ints, baskets: Baskets, roster: Roster, period: Period
) -> Orders:
    count = len(visits.day)
    channel = _draw_channels(rng, is_known=guest >= 0, progress=visits.day / period.day_count)
    cancel = np.where(channel == COUNTER, 0.012, 0.045)
    lot = rng.random(count)
    status = np.where(lot < cancel, CANCELLED, np.where(lot < cancel + 0.018, REFUNDED, COMPLETED))
    promotion = _draw_promotions(rng, day=visits.day, period=period)
    percent = np.array([*(item.discount_percent for item in PROMOTIONS), 0])[promotion]
    sub_cents = np.bincount(baskets.order, weights=baskets.line_cents, minlength=count).astype(np.int64)
    discount_cents = sub_cents * percent // 100
    return Orders(
        visits=visits,
        guest=guest,
        employee=np.where(channel == APP, -1, _draw_employees(rng, visits=visits, roster=roster)),
        promotion=promotion,
        channel=channel,
        status=status,
        discount_cents=discount_cents,
        total_cents=sub_cents - discount_cents,
    )


def order_table(rng: np.random.Generator, *, orders: Orders) -> TableData:
    count = len(orders.status)
    tips = np.array([50, 100, 150, 200, 300])[rng.integers(5, size=count)]
    is_tipped = orders.is_paid & (rng.random(count) < 0.2)
    return TableData(
        "sales.orders",
        order_id=numbered(count),
        store_id=orders.visits.store + 1,
        customer_id=with_gaps(orders.guest + 1, missing=orders.guest < 0),
        employee_id=with_gaps(orders.employee + 1, missing=orders.employee < 0),
        promotion_id=with_gaps(orders.promotion + 1, missing=orders.promotion < 0),
        placed_at=orders.placed_at,
        channel=CHANNELS[orders.channel],
        status=STATUSES[orders.status],
        discount_amount=money(orders.discount_cents),
        total_amount=money(orders.total_cents),
        tip_amount=with_gaps(money(np.where(is_tipped, tips, 0)), missing=orders.channel != COUNTER),
    )


def _draw_channels(rng: np.random.Generator, *, is_known: Bools, progress: Floats) -> Ints:
    """The app takes from 20 % of known guests' orders at the start to 40 % at the end; walk-ins cannot use it."""
    lot = rng.random(len(progress))
    app = np.where(is_known, 0.2 + 0.2 * progress, 0.0)
    return np.where(lot < app, APP, np.where(lot > 0.94, COURIER, COUNTER))


def _draw_promotions(rng: np.random.Generator, *, day: Ints, period: Period) -> Ints:
    running = np.full(period.day_count, -1)
    for number, item in enumerate(PROMOTIONS):
        start = int(period.day_of(period.month_start(item.month))) + item.start_day
        running[start : start + item.length_days] = number
    return np.where(rng.random(len(day)) < PROMOTION_USE, running[day], -1)


def _draw_employees(rng: np.random.Generator, *, visits: Visits, roster: Roster) -> Ints:
    """One of the two on shift, or the one who is always there when the other is absent."""
    anchor = np.where(visits.hour >= LATE_SHIFT_HOUR, 2, 0)
    slot = anchor + rng.integers(2, size=len(anchor))
    is_absent = roster.attendance[visits.store, visits.day, slot] != 0
    return roster.employee[visits.store, visits.day, np.where(is_absent, anchor, slot)]
