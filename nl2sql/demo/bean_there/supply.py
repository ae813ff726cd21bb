"""Behind the counter: deliveries, stock, machines and their repairs."""

from dataclasses import dataclass

import numpy as np

from nl2sql.demo.bean_there.pantry import INGREDIENTS, SUPPLIERS
from nl2sql.demo.bean_there.period import Ints, Period
from nl2sql.demo.bean_there.places import STORES
from nl2sql.demo.bean_there.store_calendar import StoreCalendar
from nl2sql.demo.bean_there.table_data import TableData, money, numbered, with_gaps

ORDER_INTERVAL_DAYS = {"Kartonia Packaging": 14, "Monsoon Leaf Traders": 14, "Atelier Loam": 28}
"""Days between two orders of a store at a supplier; seven for the others."""

IN_TRANSIT, RECEIVED, REJECTED = range(3)
DELIVERY_STATUSES = np.array(["in_transit", "received", "rejected"])

MACHINES = (
    ("Espresso machine", 940_000, "Group head leaks"),
    ("Grinder", 145_000, "Blades worn"),
    ("Oven", 320_000, "Thermostat"),
    ("Fridge", 210_000, "Compressor"),
    ("Fridge", 185_000, "Door seal"),
    ("Till", 88_000, "Touch screen"),
)
"""Kind, price in cents and usual fault of what stands in every store."""


@dataclass(frozen=True, kw_only=True)
class Deliveries:
    """One entry for each delivery in the order of `ordered_day`; days count from the start of the period."""

    supplier: Ints
    store: Ints
    ordered_day: Ints
    expected_day: Ints
    received_day: Ints
    status: Ints


def draw_deliveries(rng: np.random.Generator, *, calendar: StoreCalendar) -> Deliveries:
    days = calendar.period.day_count
    interval = np.array([ORDER_INTERVAL_DAYS.get(item.name, 7) for item in SUPPLIERS])
    phase = rng.integers(0, interval, size=(len(STORES), len(SUPPLIERS)))
    is_due = (np.arange(days) - phase[:, :, None]) % interval[:, None] == 0
    store, supplier, ordered = np.nonzero(is_due & calendar.is_open[:, None, :])
    by_day = np.lexsort((supplier, store, ordered))
    store, supplier, ordered = store[by_day], supplier[by_day], ordered[by_day]
    expected = ordered + np.array([item.lead_time_days for item in SUPPLIERS])[supplier]
    is_late = rng.random(len(ordered)) < np.array([item.delay for item in SUPPLIERS])[supplier]
    received = expected + np.where(is_late, rng.geometric(0.45, size=len(ordered)), 0)
    final = np.where(rng.random(len(ordered)) < 0.012, REJECTED, RECEIVED)
    return Deliveries(
        supplier=supplier,
        store=store,
        ordered_day=ordered,
        expected_day=expected,
        received_day=received,
        status=np.where(received < days, final, IN_TRANSIT),
    )


def delivery_table(*, deliveries: Deliveries, period: Period) -> TableData:
    return TableData(
        "operations.deliveries",
        delivery_id=numbered(len(deliveries.store)),
        supplier_id=deliveries.supplier + 1,
        store_id=deliveries.store + 1,
        ordered_on=period.first_day + deliveries.ordered_day,
        expected_on=period.first_day + deliveries.expected_day,
        received_on=with_gaps(period.first_day + deliveries.received_day, missing=deliveries.status == IN_TRANSIT),
        status=DELIVERY_STATUSES[deliveries.status],
    )


def delivery_item_table(rng: np.random.Generator, *, deliveries: Deliveries, period: Period) -> TableData:
    """About two thirds of what the supplier sells are in a delivery, at least the first of it."""
    names = [supplier.name for supplier in SUPPLIERS]
    owner = np.array([names.index(item.supplier) for item in INGREDIENTS])
    is_first = np.concatenate(([True], owner[1:] != owner[:-1]))
    is_sold = owner == deliveries.supplier[:, None]
    delivery, ingredient = np.nonzero(is_sold & (is_first | (rng.random(is_sold.shape) < 0.65)))
    interval = np.array([ORDER_INTERVAL_DAYS.get(name, 7) for name in names])[owner[ingredient]]
    size = np.array([store.weight for store in STORES])[deliveries.store[delivery]]
    monthly = np.array([item.monthly_use for item in INGREDIENTS])[ingredient]
    quantity = monthly * interval / 30 * size * rng.uniform(0.75, 1.25, size=len(delivery))
    years_ago = 1 - deliveries.ordered_day[delivery] / period.day_count
    cost = np.array([item.cost_cents for item in INGREDIENTS])[ingredient]
    paid = cost * (1 - 0.06 * years_ago) * rng.normal(1, 0.01, size=len(delivery))
    return TableData(
        "operations.delivery_items",
        delivery_id=delivery + 1,
        ingredient_id=ingredient + 1,
        quantity=np.maximum(np.rint(quantity), 1).astype(np.int64),
        unit_cost=money(np.maximum(np.rint(paid), 1).astype(np.int64)),
    )


def stock_table(rng: np.random.Generator, *, calendar: StoreCalendar) -> TableData:
    """The last count of every ingredient in every store that still trades; about one in seven is below its level."""
    open_stores = np.flatnonzero(~calendar.is_closed)
    store, ingredient = np.divmod(np.arange(len(open_stores) * len(INGREDIENTS)), len(INGREDIENTS))
    size = np.array([place.weight for place in STORES])[open_stores[store]]
    monthly = np.array([item.monthly_use for item in INGREDIENTS])[ingredient]
    reorder_tenths = np.maximum(np.rint(monthly * size * 1.6), 5).astype(np.int64)
    on_hand_tenths = (reorder_tenths * rng.gamma(4, 0.45, size=len(store))).astype(np.int64)
    evening = calendar.period.end_day.astype("datetime64[s]") - 5 * 3600
    return TableData(
        "operations.stock_levels",
        store_id=open_stores[store] + 1,
        ingredient_id=ingredient + 1,
        quantity_on_hand=on_hand_tenths / 10,
        reorder_level=reorder_tenths / 10,
        counted_at=evening - 86_400 * rng.integers(0, 3, size=len(open_stores))[store],
    )


def equipment_tables(rng: np.random.Generator, *, calendar: StoreCalendar) -> tuple[TableData, TableData]:
    """The machines and the technician's visits to them within the period."""
    period = calendar.period
    store, kind = np.divmod(np.arange(len(STORES) * len(MACHINES)), len(MACHINES))
    opened, closed = period.day_of(calendar.opened_on)[store], period.day_of(calendar.closed_on)[store]
    bought = np.where(opened > 0, opened - 10, opened + (rng.random(len(store)) * -opened).astype(np.int64))
    price = np.array([cents for _, cents, _ in MACHINES])[kind]
    equipment = TableData(
        "operations.equipment",
        equipment_id=numbered(len(store)),
        store_id=store + 1,
        kind=[MACHINES[index][0] for index in kind.tolist()],
        serial_number=[f"BT-{1000 + 7 * index}" for index in range(len(store))],
        purchased_on=period.first_day + bought,
        purchase_price=money(np.rint(price * rng.uniform(0.9, 1.1, size=len(store)) / 100).astype(np.int64) * 100),
        warranty_ends_on=with_gaps(period.first_day + bought + 730, missing=rng.random(len(store)) < 0.15),
    )
    machine = np.repeat(np.arange(len(store)), rng.poisson(3.5, size=len(store)))
    first = np.maximum(bought[machine], 0)
    visited = first + (rng.random(len(machine)) * (closed[machine] - first)).astype(np.int64)
    machine, visited = machine[np.argsort(visited, kind="stable")], np.sort(visited)
    is_planned = rng.random(len(machine)) < 0.45
    is_free = visited < bought[machine] + 730
    cost = np.where(is_free, 0, np.rint(rng.gamma(3, 6_000, size=len(machine))).astype(np.int64))
    visits = TableData(
        "operations.maintenance_visits",
        maintenance_visit_id=numbered(len(machine)),
        equipment_id=machine + 1,
        visited_on=period.first_day + visited,
        visit_cost=money(cost),
        downtime_hours=np.where(is_planned, 0, rng.integers(1, 30, size=len(machine))),
        fault=with_gaps([MACHINES[index][2] for index in kind[machine].tolist()], missing=is_planned),
    )
    return equipment, visits
