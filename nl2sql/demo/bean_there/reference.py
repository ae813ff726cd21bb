"""The tables that follow from the lists alone: regions, stores, menu, suppliers, recipes, promotions, tiers."""

from typing import NamedTuple

import numpy as np

from nl2sql.demo.bean_there.menu import CATEGORIES, PRODUCTS
from nl2sql.demo.bean_there.pantry import INGREDIENTS, RECIPES, SUPPLIERS
from nl2sql.demo.bean_there.period import Ints, Period
from nl2sql.demo.bean_there.places import CITIES, REGIONS, STORES
from nl2sql.demo.bean_there.store_calendar import StoreCalendar
from nl2sql.demo.bean_there.table_data import ColumnData, TableData, money, numbered, plain


class Promotion(NamedTuple):
    """Starts `start_day` days into `month` of the period and runs for `length_days`."""

    name: str
    discount_percent: int
    month: int
    start_day: int
    length_days: int


PROMOTIONS = (
    Promotion("Second Cup", 20, 1, 4, 14),
    Promotion("Neighbour Days", 15, 4, 10, 10),
    Promotion("Early Bird", 10, 6, 0, 30),
    Promotion("Birthday Week", 25, 8, 14, 7),
    Promotion("App Weekends", 15, 11, 2, 21),
    Promotion("Oat for All", 10, 13, 5, 20),
    Promotion("Second Cup Returns", 20, 16, 8, 14),
    Promotion("Student Month", 15, 18, 0, 28),
    Promotion("Anniversary Week", 25, 20, 14, 7),
    Promotion("Bring a Friend", 15, 23, 6, 14),
)

LOYALTY_TIERS = (("Bronze", 1, 0), ("Silver", 2, 100), ("Gold", 3, 400))
"""Name, points for each euro, points earned that lift an account into the tier."""


def reference_tables(calendar: StoreCalendar) -> tuple[TableData, ...]:
    """Regions, stores, categories, products, suppliers, ingredients, recipes, promotions, tiers, in load order."""
    return (
        TableData(
            name="operations.regions", columns={"region_id": numbered(len(REGIONS)), "name": plain(list(REGIONS))}
        ),
        _stores(calendar),
        TableData(
            name="sales.categories",
            columns={"category_id": numbered(len(CATEGORIES)), "name": plain(list(CATEGORIES))},
        ),
        _products(calendar.period),
        _suppliers(),
        _ingredients(),
        _recipes(),
        _promotions(calendar.period),
        _loyalty_tiers(),
    )


def position(names: tuple[str, ...], wanted: list[str]) -> Ints:
    """Surrogate keys of `wanted`: 1 for the first of `names`."""
    numbers = {name: number for number, name in enumerate(names, start=1)}
    return np.array([numbers[name] for name in wanted])


def _integers(values: list[int | None]) -> ColumnData:
    return plain(np.array([value or 0 for value in values]), missing=np.array([value is None for value in values]))


def _stores(calendar: StoreCalendar) -> TableData:
    cities = [CITIES[store.city] for store in STORES]
    return TableData(
        name="operations.stores",
        columns={
            "store_id": numbered(len(STORES)),
            "region_id": plain(position(REGIONS, [city.region for city in cities])),
            "name": plain([store.name for store in STORES]),
            "city": plain([store.city for store in STORES]),
            "country_code": plain([city.country_code for city in cities]),
            "time_zone": plain([city.time_zone for city in cities]),
            "opened_on": plain(calendar.opened_on),
            "closed_on": plain(calendar.closed_on, missing=~calendar.is_closed),
            "seats": plain(np.array([store.seats for store in STORES])),
            "floor_area_m2": plain(np.array([store.floor_area_m2 for store in STORES])),
            "has_terrace": plain(np.array([store.has_terrace for store in STORES])),
        },
    )


def _products(period: Period) -> TableData:
    discontinued = [product.discontinued_month for product in PRODUCTS]
    return TableData(
        name="sales.products",
        columns={
            "product_id": numbered(len(PRODUCTS)),
            "category_id": plain(position(CATEGORIES, [product.category for product in PRODUCTS])),
            "name": plain([product.name for product in PRODUCTS]),
            "unit_price": money(np.array([product.price_cents for product in PRODUCTS])),
            "calories": _integers([product.calories for product in PRODUCTS]),
            "is_vegan": plain(np.array([product.is_vegan for product in PRODUCTS])),
            "launched_on": plain(period.month_start(np.array([product.launched_month for product in PRODUCTS]))),
            "discontinued_on": plain(
                period.month_start(np.array([month or 0 for month in discontinued])),
                missing=np.array([month is None for month in discontinued]),
            ),
        },
    )


def _suppliers() -> TableData:
    return TableData(
        name="operations.suppliers",
        columns={
            "supplier_id": numbered(len(SUPPLIERS)),
            "name": plain([supplier.name for supplier in SUPPLIERS]),
            "city": plain([supplier.city for supplier in SUPPLIERS]),
            "country_code": plain([supplier.country_code for supplier in SUPPLIERS]),
            "lead_time_days": plain(np.array([supplier.lead_time_days for supplier in SUPPLIERS])),
            "is_organic": plain(np.array([supplier.is_organic for supplier in SUPPLIERS])),
        },
    )


def _ingredients() -> TableData:
    suppliers = tuple(supplier.name for supplier in SUPPLIERS)
    return TableData(
        name="operations.ingredients",
        columns={
            "ingredient_id": numbered(len(INGREDIENTS)),
            "supplier_id": plain(position(suppliers, [ingredient.supplier for ingredient in INGREDIENTS])),
            "name": plain([ingredient.name for ingredient in INGREDIENTS]),
            "measure": plain([ingredient.measure for ingredient in INGREDIENTS]),
            "unit_cost": money(np.array([ingredient.cost_cents for ingredient in INGREDIENTS])),
            "shelf_life_days": _integers([ingredient.shelf_life_days for ingredient in INGREDIENTS]),
        },
    )


def _recipes() -> TableData:
    products = tuple(product.name for product in PRODUCTS)
    ingredients = tuple(ingredient.name for ingredient in INGREDIENTS)
    in_pieces = {ingredient.name for ingredient in INGREDIENTS if ingredient.measure == "piece"}
    lines = [(product, name, amount) for product, parts in RECIPES.items() for name, amount in parts.items()]
    thousandths = [amount * 1000 if name in in_pieces else amount for _, name, amount in lines]
    return TableData(
        name="operations.recipes",
        columns={
            "product_id": plain(position(products, [product for product, _, _ in lines])),
            "ingredient_id": plain(position(ingredients, [name for _, name, _ in lines])),
            "quantity": ColumnData(values=np.array(thousandths), decimals=3),
        },
    )


def _promotions(period: Period) -> TableData:
    starts_on = period.month_start(np.array([promotion.month for promotion in PROMOTIONS])) + np.array(
        [promotion.start_day for promotion in PROMOTIONS]
    )
    return TableData(
        name="sales.promotions",
        columns={
            "promotion_id": numbered(len(PROMOTIONS)),
            "name": plain([promotion.name for promotion in PROMOTIONS]),
            "discount_percent": plain(np.array([promotion.discount_percent for promotion in PROMOTIONS])),
            "starts_on": plain(starts_on),
            "ends_on": plain(starts_on + np.array([promotion.length_days for promotion in PROMOTIONS]) - 1),
        },
    )


def _loyalty_tiers() -> TableData:
    return TableData(
        name="sales.loyalty_tiers",
        columns={
            "loyalty_tier_id": numbered(len(LOYALTY_TIERS)),
            "name": plain([name for name, _, _ in LOYALTY_TIERS]),
            "points_per_euro": plain(np.array([rate for _, rate, _ in LOYALTY_TIERS])),
            "minimum_points": plain(np.array([least for _, _, least in LOYALTY_TIERS])),
        },
    )
