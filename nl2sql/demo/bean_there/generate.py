"""All rows of Bean There, from a seed and the day the data ends: the same arrays on every run."""

from datetime import date

import numpy as np

from nl2sql.demo.bean_there.baskets import draw_baskets, item_table
from nl2sql.demo.bean_there.customers import customer_table, draw_customers, draw_guests, loyalty_table
from nl2sql.demo.bean_there.orders import draw_orders, order_table
from nl2sql.demo.bean_there.period import Period
from nl2sql.demo.bean_there.reference import reference_tables
from nl2sql.demo.bean_there.settlement import payment_table, refund_table, review_table, spent_cents, target_table
from nl2sql.demo.bean_there.staff import draw_roster, draw_staff, employee_table, shift_table
from nl2sql.demo.bean_there.store_calendar import StoreCalendar
from nl2sql.demo.bean_there.supply import delivery_tables, equipment_tables, stock_table
from nl2sql.demo.bean_there.table_data import TableData
from nl2sql.demo.bean_there.visits import draw_visits

SEED = 20_240_229
ORDERS = 120_000
ORDERS_PER_CUSTOMER = 14


def generate(*, until: date, orders: int = ORDERS) -> tuple[TableData, ...]:
    """Every table in an order that puts referred rows first. `until`: first day of the month after the data."""
    calendar = StoreCalendar(period=Period(until=until))
    return (*reference_tables(calendar), *_sales(calendar, orders=orders), *_supply(calendar))


def _stage(number: int) -> np.random.Generator:
    """Each stage draws from its own stream, so that a change in one leaves the others as they are."""
    return np.random.default_rng([SEED, number])


def _sales(calendar: StoreCalendar, *, orders: int) -> tuple[TableData, ...]:
    period = calendar.period
    staff = draw_staff(_stage(1), calendar=calendar)
    roster = draw_roster(_stage(2), staff=staff, is_open=calendar.is_open)
    customers = draw_customers(_stage(3), calendar=calendar, count=orders // ORDERS_PER_CUSTOMER)
    visits = draw_visits(_stage(4), calendar=calendar, count=orders)
    guest = draw_guests(_stage(5), customers=customers, period=period, store=visits.store, day=visits.day)
    baskets = draw_baskets(_stage(6), visits=visits, period=period)
    placed = draw_orders(_stage(7), visits=visits, guest=guest, baskets=baskets, roster=roster, period=period)
    spent = spent_cents(orders=placed, customers=len(customers.city))
    return (
        employee_table(_stage(8), staff=staff, calendar=calendar),
        shift_table(_stage(9), roster=roster, calendar=calendar),
        customer_table(_stage(10), customers=customers, period=period),
        loyalty_table(_stage(11), customers=customers, period=period, spent_cents=spent),
        order_table(_stage(12), orders=placed),
        item_table(baskets),
        payment_table(_stage(13), orders=placed),
        refund_table(_stage(14), orders=placed, period=period),
        review_table(_stage(15), orders=placed, baskets=baskets, period=period),
        target_table(_stage(16), orders=placed, period=period),
    )


def _supply(calendar: StoreCalendar) -> tuple[TableData, ...]:
    return (
        *delivery_tables(_stage(17), _stage(18), calendar=calendar),
        stock_table(_stage(19), calendar=calendar),
        *equipment_tables(_stage(20), calendar=calendar),
    )
