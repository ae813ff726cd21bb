"""What is in each order: products by season, time of day and availability, at the price of the day."""

from dataclasses import dataclass

import numpy as np

from nl2sql.demo.bean_there.menu import PRODUCTS
from nl2sql.demo.bean_there.period import Floats, Ints, Period
from nl2sql.demo.bean_there.table_data import TableData, money, numbered
from nl2sql.demo.bean_there.visits import Visits

LINES_P = (0.42, 0.33, 0.15, 0.07, 0.03)
"""Shares of orders with one to five picks; the same product picked twice becomes one line."""

PRICE_RISE_MONTH = 12
"""From this month on the present list prices hold; before it, prices were about five percent lower."""

DAYPART_STARTS = (11, 14)
"""Hours at which lunch and the afternoon begin."""

SEASON_FACTOR = {"": (1.0, 1.0, 1.0), "warm": (0.45, 1.0, 1.9), "cold": (1.6, 1.0, 0.5)}
"""Demand in winter (December to February), between, and in summer (May to September)."""

DAYPART_FACTOR = {"": (1.0, 1.0, 1.0), "morning": (1.6, 0.7, 0.6), "lunch": (0.3, 2.8, 0.7)}


@dataclass(frozen=True, kw_only=True)
class Baskets:
    """One entry for each line, sorted by order; `order` and `product` are indexes from 0."""

    order: Ints
    product: Ints
    quantity: Ints
    price_cents: Ints

    @property
    def line_cents(self) -> Ints:
        return self.quantity * self.price_cents


def draw_baskets(rng: np.random.Generator, *, visits: Visits, period: Period) -> Baskets:
    picks = rng.choice(len(LINES_P), size=len(visits.day), p=LINES_P) + 1
    order = np.repeat(np.arange(len(visits.day)), picks)
    product = _draw_products(rng, month=period.month_of_day[visits.day[order]], hour=visits.hour[order], period=period)
    lines, quantity = np.unique(order * len(PRODUCTS) + product, return_counts=True)
    order, product = np.divmod(lines, len(PRODUCTS))
    present = np.array([item.price_cents for item in PRODUCTS])[product]
    earlier = present * 19 // 20 // 5 * 5
    is_earlier = period.month_of_day[visits.day[order]] < PRICE_RISE_MONTH
    return Baskets(order=order, product=product, quantity=quantity, price_cents=np.where(is_earlier, earlier, present))


def item_table(baskets: Baskets) -> TableData:
    return TableData(
        "sales.order_items",
        order_item_id=numbered(len(baskets.order)),
        order_id=baskets.order + 1,
        product_id=baskets.product + 1,
        quantity=baskets.quantity,
        unit_price=money(baskets.price_cents),
        line_amount=money(baskets.line_cents),
    )


def _draw_products(rng: np.random.Generator, *, month: Ints, hour: Ints, period: Period) -> Ints:
    daypart = np.digitize(hour, DAYPART_STARTS)
    product = np.zeros(len(month), dtype=np.int64)
    for number in range(int(period.month_of_day[-1]) + 1):
        calendar_month = int(period.calendar_month[period.month_of_day == number][0])
        for part in range(len(DAYPART_STARTS) + 1):
            picks = np.flatnonzero((month == number) & (daypart == part))
            demand = _demand(month=number, calendar_month=calendar_month, daypart=part)
            product[picks] = rng.choice(len(PRODUCTS), size=len(picks), p=demand / demand.sum())
    return product


def _demand(*, month: int, calendar_month: int, daypart: int) -> Floats:
    season = 0 if calendar_month in (12, 1, 2) else 2 if 5 <= calendar_month <= 9 else 1
    return np.array(
        [
            item.weight * SEASON_FACTOR[item.season][season] * DAYPART_FACTOR[item.daypart][daypart]
            if item.launched_month <= month and (item.discontinued_month is None or month < item.discontinued_month)
            else 0.0
            for item in PRODUCTS
        ]
    )
