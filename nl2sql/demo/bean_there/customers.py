"""Registered customers: where they live, when they came, when they stopped, and which orders are theirs."""

from dataclasses import dataclass

import numpy as np

from nl2sql.demo.bean_there.people import draw_names, email_addresses
from nl2sql.demo.bean_there.period import Floats, Ints, Period
from nl2sql.demo.bean_there.places import CITIES, STORES
from nl2sql.demo.bean_there.reference import LOYALTY_TIERS
from nl2sql.demo.bean_there.store_calendar import StoreCalendar
from nl2sql.demo.bean_there.table_data import TableData, numbered, with_gaps

CITY_NAMES = tuple(CITIES)
STORE_CITY = np.array([CITY_NAMES.index(store.city) for store in STORES])
IDENTIFIED_SHARE = 0.62
"""Share of orders whose guest shows a card or uses the app."""

ACQUIRED_THROUGH = np.array(["store", "app", "friend", "web"])


@dataclass(frozen=True, kw_only=True)
class Customers:
    """`city` indexes CITY_NAMES; days count from the start of the period; `weight` is how often one comes, 0 never."""

    city: Ints
    signed_up_day: Ints
    lost_day: Ints
    weight: Floats


def draw_customers(rng: np.random.Generator, *, calendar: StoreCalendar, count: int) -> Customers:
    """`count` customers. Two in five registered before the period; a good third stops coming at some time."""
    days = calendar.period.day_count
    opened = calendar.period.day_of(calendar.opened_on)
    first_open = np.array([opened[city == STORE_CITY].min() for city in range(len(CITY_NAMES))])
    trade = np.bincount(STORE_CITY, weights=[store.weight for store in STORES], minlength=len(CITY_NAMES))
    city = rng.choice(len(CITY_NAMES), size=count, p=trade / trade.sum())
    before = rng.random(count) < 0.4
    drawn = np.where(before, rng.integers(-900, 0, size=count), (days * rng.random(count) ** 0.8).astype(np.int64))
    earliest = first_open[city]
    late = earliest + rng.integers(0, np.maximum(days - earliest, 1))
    signed_up_day = np.where(drawn < earliest, late, drawn)
    by_day = np.argsort(signed_up_day, kind="stable")
    city, signed_up_day = city[by_day], signed_up_day[by_day]
    lifetime = np.where(rng.random(count) < 0.4, 60 + rng.exponential(260, size=count), 10_000).astype(np.int64)
    weight = rng.pareto(2.2, size=count) + 0.15
    weight[rng.random(count) < 0.04] = 0
    return Customers(city=city, signed_up_day=signed_up_day, lost_day=signed_up_day + lifetime, weight=weight)


def draw_guests(rng: np.random.Generator, *, customers: Customers, period: Period, store: Ints, day: Ints) -> Ints:
    """The customer index of each order, -1 for walk-ins.

    A customer orders in the home city, from the month after registration to the last whole month before being lost.
    """
    month = period.month_of_day[day]
    guest = np.full(len(store), -1)
    identified = rng.random(len(store)) < IDENTIFIED_SHARE
    starts = period.day_of(period.month_start(np.arange(period.month_of_day[-1] + 2)))
    for city in range(len(CITY_NAMES)):
        members = np.flatnonzero(customers.city == city)
        in_city = identified & (STORE_CITY[store] == city)
        for number in range(len(starts) - 1):
            is_active = (customers.signed_up_day[members] < starts[number]) & (
                customers.lost_day[members] >= starts[number + 1]
            )
            weight = customers.weight[members] * is_active
            orders = np.flatnonzero(in_city & (month == number))
            if weight.sum() > 0:
                guest[orders] = rng.choice(members, size=len(orders), p=weight / weight.sum())
    return guest


def customer_table(rng: np.random.Generator, *, customers: Customers, period: Period) -> TableData:
    count = len(customers.city)
    first, last = draw_names(rng, count=count)
    cities = [CITY_NAMES[city] for city in customers.city.tolist()]
    birth_year = np.int64(period.until.year) - 18 - np.minimum(rng.gamma(2.6, 7.5, size=count), 70).astype(np.int64)
    return TableData(
        "sales.customers",
        customer_id=numbered(count),
        first_name=first,
        last_name=last,
        email=with_gaps(email_addresses(first, last), missing=rng.random(count) < 0.07),
        city=cities,
        country_code=[CITIES[city].country_code for city in cities],
        birth_year=with_gaps(birth_year, missing=rng.random(count) < 0.35),
        signed_up_on=period.first_day + customers.signed_up_day,
        acquired_through=with_gaps(
            ACQUIRED_THROUGH[rng.choice(4, size=count, p=(0.4, 0.35, 0.1, 0.15))], missing=rng.random(count) < 0.12
        ),
        marketing_consent=rng.random(count) < 0.58,
    )


def loyalty_table(rng: np.random.Generator, *, customers: Customers, period: Period, spent_cents: Ints) -> TableData:
    """Memberships of about seven in ten customers; `spent_cents` is what each customer paid within the period."""
    member = np.flatnonzero(rng.random(len(customers.city)) < 0.7)
    points = np.zeros(len(member), dtype=np.int64)
    tier = np.zeros(len(member), dtype=np.int64)
    for number, (_, points_per_euro, minimum_points) in enumerate(LOYALTY_TIERS):
        reached = points >= minimum_points
        tier[reached] = number
        points = np.where(reached, spent_cents[member] // 100 * points_per_euro, points)
    balance = (points * rng.random(len(member)) ** 1.5).astype(np.int64)
    closed = (rng.random(len(member)) < 0.5) & (customers.lost_day[member] < period.day_count)
    return TableData(
        "sales.loyalty_accounts",
        loyalty_account_id=numbered(len(member)),
        customer_id=member + 1,
        loyalty_tier_id=tier + 1,
        points_earned=points,
        points_balance=np.where(closed, 0, balance),
        joined_on=period.first_day + customers.signed_up_day[member],
        closed_on=with_gaps(period.first_day + customers.lost_day[member], missing=~closed),
    )
