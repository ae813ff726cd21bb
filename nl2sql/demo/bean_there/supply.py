"""Behind the counter: deliveries, stock, machines and their repairs."""

import numpy as np

from nl2sql.demo.bean_there.pantry import INGREDIENTS, SUPPLIERS
from nl2sql.demo.bean_there.period import Floats, Ints
from nl2sql.demo.bean_there.places import STORES
from nl2sql.demo.bean_there.store_calendar import StoreCalendar
from nl2sql.demo.bean_there.table_data import TableData, money, numbered, with_gaps

_SELDOM = {"Kartonia Packaging": 14, "Monsoon Leaf Traders": 14, "Atelier Loam": 28}
ORDER_INTERVALS = np.array([_SELDOM.get(supplier.name, 7) for supplier in SUPPLIERS])
"""Days between two orders of a store at a supplier."""

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


def delivery_tables(
    rng: np.random.Generator, item_rng: np.random.Generator, *, calendar: StoreCalendar
) -> tuple[TableData, TableData]:
    """The deliveries in the order of their day, and what is in them."""
    period = calendar.period
    phase = rng.integers(0, ORDER_INTERVALS, size=(len(STORES), len(SUPPLIERS)))
    is_due = (np.arange(period.day_count) - phase[:, :, None]) % ORDER_INTERVALS[:, None] == 0
    store, supplier, ordered = np.nonzero(is_due & calendar.is_open[:, None, :])
    by_day = np.lexsort((supplier, store, ordered))
    store, supplier, ordered = store[by_day], supplier[by_day], ordered[by_day]
    expected = ordered + np.array([item.lead_time_days for item in SUPPLIERS])[supplier]
    is_late = rng.random(len(ordered)) < np.array([item.delay for item in SUPPLIERS])[supplier]
    received = expected + np.where(is_late, rng.geometric(0.45, size=len(ordered)), 0)
    final = np.where(rng.random(len(ordered)) < 0.012, REJECTED, RECEIVED)
    in_transit = received >= period.day_count
    deliveries = TableData(
        "operations.deliveries",
        delivery_id=numbered(len(store)),
        supplier_id=supplier + 1,
        store_id=store + 1,
        ordered_on=period.first_day + ordered,
        expected_on=period.first_day + expected,
        received_on=with_gaps(period.first_day + received, missing=in_transit),
        status=DELIVERY_STATUSES[np.where(in_transit, IN_TRANSIT, final)],
    )
    return deliveries, _item_table(item_rng, supplier=supplier, store=store, years_ago=1 - ordered / period.day_count)


def _item_table(rng: np.random.Generator, *, supplier: Ints, store: Ints, years_ago: Floats) -> TableData:
    """About two thirds of what the supplier sells are in a delivery, at least the first of it."""
    names = [item.name for item in SUPPLIERS]
    owner = np.array([names.index(item.supplier) for item in INGREDIENTS])
    is_first = np.concatenate(([True], owner[1:] != owner[:-1]))
    is_sold = owner == supplier[:, None]
    delivery, ingredient = np.nonzero(is_sold & (is_first | (rng.random(is_sold.shape) < 0.65)))
    size = np.array([place.weight for place in STORES])[store[delivery]]
    monthly = np.array([item.monthly_use for item in INGREDIENTS])[ingredient]
    interval = ORDER_INTERVALS[owner[ingredient]]
    quantity = monthly * interval / 30 * size * rng.uniform(0.75, 1.25, size=len(delivery))
    cost = np.array([item.cost_cents for item in INGREDIENTS])[ingredient]
    paid = cost * (1 - 0.06 * years_ago[delivery]) * rng.normal(1, 0.01, size=len(delivery))
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
