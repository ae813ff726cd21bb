"""The tables that follow from the lists alone: regions, stores, menu, suppliers, recipes, promotions, tiers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nl2sql.demo.bean_there.menu import CATEGORIES, PRODUCTS
from nl2sql.demo.bean_there.pantry import INGREDIENTS, RECIPES, SUPPLIERS
from nl2sql.demo.bean_there.period import Ints, Period
from nl2sql.demo.bean_there.places import CITIES, REGIONS, STORES
from nl2sql.demo.bean_there.store_calendar import StoreCalendar
from nl2sql.demo.bean_there.table_data import TableData, fields, money, numbered, with_gaps


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


class LoyaltyTier(NamedTuple):
    """So many points earned lift an account into the tier."""

    name: str
    points_per_euro: int
    minimum_points: int


LOYALTY_TIERS = (LoyaltyTier("Bronze", 1, 0), LoyaltyTier("Silver", 2, 100), LoyaltyTier("Gold", 3, 400))


def reference_tables(calendar: StoreCalendar) -> tuple[TableData, ...]:
    """In load order."""
    period = calendar.period
    return (*_places(calendar), *_menu(period), *_pantry(), *_campaigns(period))


def _places(calendar: StoreCalendar) -> tuple[TableData, ...]:
    cities = [CITIES[store.city] for store in STORES]
    return (
        TableData("operations.regions", region_id=numbered(len(REGIONS)), name=REGIONS),
        TableData(
            "operations.stores",
            store_id=numbered(len(STORES)),
            region_id=_position(REGIONS, [city.region for city in cities]),
            **fields(STORES, "name", "city"),
            **fields(cities, "country_code", "time_zone"),
            opened_on=calendar.opened_on,
            closed_on=with_gaps(calendar.closed_on, missing=~calendar.is_closed),
            **fields(STORES, "seats", "floor_area_m2", "has_terrace"),
        ),
    )


def _menu(period: Period) -> tuple[TableData, ...]:
    discontinued = [product.discontinued_month for product in PRODUCTS]
    return (
        TableData("sales.categories", category_id=numbered(len(CATEGORIES)), name=CATEGORIES),
        TableData(
            "sales.products",
            product_id=numbered(len(PRODUCTS)),
            category_id=_position(CATEGORIES, [product.category for product in PRODUCTS]),
            **fields(PRODUCTS, "name"),
            unit_price=money(np.array([product.price_cents for product in PRODUCTS])),
            **fields(PRODUCTS, "calories", "is_vegan"),
            launched_on=period.month_start(np.array([product.launched_month for product in PRODUCTS])),
            discontinued_on=with_gaps(
                period.month_start(np.array([month or 0 for month in discontinued])),
                missing=np.array([month is None for month in discontinued]),
            ),
        ),
    )


def _pantry() -> tuple[TableData, ...]:
    suppliers, products, ingredients = ([item.name for item in items] for items in (SUPPLIERS, PRODUCTS, INGREDIENTS))
    in_pieces = {ingredient.name for ingredient in INGREDIENTS if ingredient.measure == "piece"}
    lines = [(product, name, amount) for product, parts in RECIPES.items() for name, amount in parts.items()]
    return (
        TableData(
            "operations.suppliers",
            supplier_id=numbered(len(SUPPLIERS)),
            **fields(SUPPLIERS, "name", "city", "country_code", "lead_time_days", "is_organic"),
        ),
        TableData(
            "operations.ingredients",
            ingredient_id=numbered(len(INGREDIENTS)),
            supplier_id=_position(suppliers, [ingredient.supplier for ingredient in INGREDIENTS]),
            **fields(INGREDIENTS, "name", "measure"),
            unit_cost=money(np.array([ingredient.cost_cents for ingredient in INGREDIENTS])),
            **fields(INGREDIENTS, "shelf_life_days"),
        ),
        TableData(
            "operations.recipes",
            product_id=_position(products, [product for product, _, _ in lines]),
            ingredient_id=_position(ingredients, [name for _, name, _ in lines]),
            quantity=[amount if name in in_pieces else amount / 1000 for _, name, amount in lines],
        ),
    )


def _campaigns(period: Period) -> tuple[TableData, ...]:
    starts_on = period.month_start(np.array([promotion.month for promotion in PROMOTIONS])) + np.array(
        [promotion.start_day for promotion in PROMOTIONS]
    )
    return (
        TableData(
            "sales.promotions",
            promotion_id=numbered(len(PROMOTIONS)),
            **fields(PROMOTIONS, "name", "discount_percent"),
            starts_on=starts_on,
            ends_on=starts_on + np.array([promotion.length_days for promotion in PROMOTIONS]) - 1,
        ),
        TableData(
            "sales.loyalty_tiers",
            loyalty_tier_id=numbered(len(LOYALTY_TIERS)),
            **fields(LOYALTY_TIERS, *LoyaltyTier._fields),
        ),
    )


def _position(names: Sequence[str], wanted: list[str]) -> Ints:
    """Surrogate keys of `wanted`: 1 for the first of `names`."""
    return np.array([names.index(name) + 1 for name in wanted])
