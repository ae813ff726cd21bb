"""Bean There's rows as arrays, at a fortieth of their size: the same each time, and true to each other."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nl2sql.demo.bean_there.generate import generate
from nl2sql.demo.bean_there.table_data import TableData

UNTIL = date(2026, 3, 1)
ORDERS = 3_000

Tables = dict[str, TableData]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return {table.name: table for table in generate(until=UNTIL, orders=ORDERS)}


def _values(tables: Tables, table: str, column: str) -> NDArray[Any]:
    return tables[table].columns[column]


def _cents(tables: Tables, table: str, column: str) -> NDArray[Any]:
    cents: NDArray[Any] = np.rint(_values(tables, table, column) * 100)
    return cents


def _known(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Where there is a value, in a column that has gaps."""
    return ~np.ma.getmaskarray(values)


def test_two_runs_give_the_same_rows(tables: Tables) -> None:
    again = generate(until=UNTIL, orders=ORDERS)
    assert {table.name: list(table.rows()) for table in again} == {
        name: list(table.rows()) for name, table in tables.items()
    }


def test_another_month_gives_other_days(tables: Tables) -> None:
    other = {table.name: table for table in generate(until=date(2026, 4, 1), orders=ORDERS)}
    assert _values(other, "sales.orders", "placed_at").min() > _values(tables, "sales.orders", "placed_at").min()


def test_days_cover_24_whole_months_and_end_before_until(tables: Tables) -> None:
    placed_at = _values(tables, "sales.orders", "placed_at")
    months = np.unique(placed_at.astype("datetime64[M]")).astype(str).tolist()
    assert len(placed_at) == ORDERS
    assert (len(months), months[0], months[-1]) == (24, "2024-03", "2026-02")
    for table, column in (("payments", "paid_at"), ("refunds", "refunded_at"), ("reviews", "reviewed_at")):
        assert _values(tables, f"sales.{table}", column).max() < np.datetime64(UNTIL)


def test_an_order_is_worth_its_lines_less_the_discount(tables: Tables) -> None:
    lines = _cents(tables, "sales.order_items", "line_amount")
    order = _values(tables, "sales.order_items", "order_id")
    sums = np.bincount(order, weights=lines, minlength=ORDERS + 1)[1:]
    discount = _cents(tables, "sales.orders", "discount_amount")
    assert np.array_equal(_cents(tables, "sales.orders", "total_amount"), sums - discount)
    assert discount.sum() > 0


def test_payments_cover_all_orders_but_the_cancelled(tables: Tables) -> None:
    paid = np.bincount(
        _values(tables, "sales.payments", "order_id"),
        weights=_cents(tables, "sales.payments", "amount"),
        minlength=ORDERS + 1,
    )[1:]
    is_cancelled = _values(tables, "sales.orders", "status") == "cancelled"
    assert np.array_equal(paid, np.where(is_cancelled, 0, _cents(tables, "sales.orders", "total_amount")))
    assert 0 < is_cancelled.sum() < ORDERS / 10


def test_refunded_orders_get_everything_back_and_nobody_more(tables: Tables) -> None:
    order = _values(tables, "sales.refunds", "order_id") - 1
    amount = _cents(tables, "sales.refunds", "amount")
    total = _cents(tables, "sales.orders", "total_amount")
    status = _values(tables, "sales.orders", "status")
    assert (amount <= total[order]).all()
    assert set(np.flatnonzero(status == "refunded")) == set(order[status[order] == "refunded"])
    assert np.array_equal(amount[status[order] == "refunded"], total[order][status[order] == "refunded"])


def test_products_sell_only_while_on_the_menu(tables: Tables) -> None:
    items = tables["sales.order_items"].columns
    product = items["product_id"] - 1
    sold_at = _values(tables, "sales.orders", "placed_at")[items["order_id"] - 1]
    discontinued = _values(tables, "sales.products", "discontinued_on")
    gone = _known(discontinued)
    assert 0 < gone.sum() < len(gone)
    assert (sold_at >= _values(tables, "sales.products", "launched_on")[product]).all()
    assert (~gone[product] | (sold_at < np.ma.getdata(discontinued)[product])).all()


def test_guests_order_in_their_city_after_they_signed_up(tables: Tables) -> None:
    customer = _values(tables, "sales.orders", "customer_id")
    known = _known(customer)
    index = customer[known] - 1
    store = _values(tables, "sales.orders", "store_id")[known] - 1
    placed_at = _values(tables, "sales.orders", "placed_at")[known]
    assert 0.4 < known.mean() < 0.7
    assert (
        _values(tables, "operations.stores", "city")[store] == _values(tables, "sales.customers", "city")[index]
    ).all()
    assert (placed_at > _values(tables, "sales.customers", "signed_up_on")[index]).all()


def test_who_takes_an_order_works_in_that_store_at_that_time(tables: Tables) -> None:
    employee = _values(tables, "sales.orders", "employee_id")
    served = _known(employee)
    who = employee[served]
    at = _values(tables, "sales.orders", "placed_at")[served]
    assert np.array_equal(
        _values(tables, "operations.employees", "store_id")[who - 1],
        _values(tables, "sales.orders", "store_id")[served],
    )
    shifts = tables["operations.shifts"].columns
    worked = shifts["attendance"] == "worked"
    spans = {
        (person, str(start)[:10]): (start, end)
        for person, start, end in zip(
            shifts["employee_id"][worked].tolist(),
            shifts["starts_at"][worked],
            shifts["ends_at"][worked],
            strict=True,
        )
    }
    for person, moment in zip(who.tolist(), at, strict=True):
        start, end = spans[person, str(moment)[:10]]
        assert start <= moment < end


def test_until_must_begin_a_month() -> None:
    with pytest.raises(ValueError, match="first day of a month"):
        generate(until=date(2026, 3, 2), orders=10)
