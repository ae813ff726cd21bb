"""What Bean There's products are made of, and who supplies it. All suppliers are invented."""

from typing import Literal, NamedTuple


class Supplier(NamedTuple):
    """`delay` is the share of deliveries that come late."""

    name: str
    city: str
    country_code: str
    lead_time_days: int
    is_organic: bool
    delay: float


SUPPLIERS = (
    Supplier("Altamira Roasters", "Antwerp", "BE", 5, True, 0.06),
    Supplier("Polder Dairy", "Utrecht", "NL", 2, True, 0.03),
    Supplier("Haverland Drinks", "Malmö", "SE", 4, True, 0.08),
    Supplier("Monsoon Leaf Traders", "Hamburg", "DE", 9, False, 0.15),
    Supplier("Three Ovens Bakery", "Lyon", "FR", 1, False, 0.05),
    Supplier("Verde Kitchen", "Milan", "IT", 2, True, 0.10),
    Supplier("Fontana Beverages", "Porto", "PT", 3, False, 0.04),
    Supplier("Kartonia Packaging", "Berlin", "DE", 7, False, 0.12),
    Supplier("Atelier Loam", "Valencia", "ES", 14, False, 0.22),
)


class Ingredient(NamedTuple):
    """`monthly_use` is what an average store uses up in a month, in whole units of `measure`."""

    name: str
    supplier: str
    measure: Literal["kg", "l", "piece"]
    cost_cents: int
    shelf_life_days: int | None
    monthly_use: int


INGREDIENTS = (
    Ingredient("House espresso roast", "Altamira Roasters", "kg", 1480, 180, 38),
    Ingredient("Single origin roast", "Altamira Roasters", "kg", 2260, 180, 4),
    Ingredient("Decaf roast", "Altamira Roasters", "kg", 1840, 180, 3),
    Ingredient("Fresh whole milk", "Polder Dairy", "l", 105, 9, 190),
    Ingredient("Cheddar", "Polder Dairy", "kg", 890, 40, 6),
    Ingredient("Oat drink", "Haverland Drinks", "l", 165, 270, 70),
    Ingredient("Black tea leaves", "Monsoon Leaf Traders", "kg", 2100, None, 2),
    Ingredient("Green tea leaves", "Monsoon Leaf Traders", "kg", 2650, None, 2),
    Ingredient("Peppermint leaves", "Monsoon Leaf Traders", "kg", 1900, None, 2),
    Ingredient("Chai syrup", "Monsoon Leaf Traders", "l", 920, 365, 4),
    Ingredient("Matcha powder", "Monsoon Leaf Traders", "kg", 9800, 240, 1),
    Ingredient("Cocoa powder", "Monsoon Leaf Traders", "kg", 1150, None, 3),
    Ingredient("Croissant dough piece", "Three Ovens Bakery", "piece", 62, 30, 260),
    Ingredient("Yeast dough piece", "Three Ovens Bakery", "piece", 70, 30, 110),
    Ingredient("Banana loaf slice", "Three Ovens Bakery", "piece", 88, 5, 80),
    Ingredient("Muffin", "Three Ovens Bakery", "piece", 84, 5, 70),
    Ingredient("Carrot cake slice", "Three Ovens Bakery", "piece", 115, 4, 60),
    Ingredient("Brownie", "Three Ovens Bakery", "piece", 96, 14, 70),
    Ingredient("Bread slice", "Three Ovens Bakery", "piece", 18, 3, 230),
    Ingredient("Flatbread", "Three Ovens Bakery", "piece", 41, 6, 60),
    Ingredient("Hummus", "Verde Kitchen", "kg", 640, 12, 6),
    Ingredient("Roast chicken", "Verde Kitchen", "kg", 1090, 5, 6),
    Ingredient("Lentil salad bowl", "Verde Kitchen", "piece", 290, 3, 40),
    Ingredient("Tomato soup", "Verde Kitchen", "l", 410, 10, 16),
    Ingredient("Oranges", "Verde Kitchen", "kg", 175, 14, 30),
    Ingredient("Tonic water", "Fontana Beverages", "l", 190, None, 9),
    Ingredient("Bottled water", "Fontana Beverages", "piece", 48, None, 80),
    Ingredient("Paper cup", "Kartonia Packaging", "piece", 9, None, 1900),
    Ingredient("Steel mug", "Atelier Loam", "piece", 960, None, 4),
    Ingredient("Stoneware cup", "Atelier Loam", "piece", 520, None, 4),
    Ingredient("Cotton bag", "Atelier Loam", "piece", 310, None, 3),
)

RECIPES = {
    "Espresso": {"House espresso roast": 9, "Paper cup": 1},
    "Double Espresso": {"House espresso roast": 18, "Paper cup": 1},
    "Americano": {"House espresso roast": 18, "Paper cup": 1},
    "Cappuccino": {"House espresso roast": 18, "Fresh whole milk": 150, "Paper cup": 1},
    "Flat White": {"House espresso roast": 18, "Fresh whole milk": 160, "Paper cup": 1},
    "Latte Macchiato": {"House espresso roast": 9, "Fresh whole milk": 240, "Paper cup": 1},
    "Oat Latte": {"House espresso roast": 18, "Oat drink": 240, "Paper cup": 1},
    "Pistachio Latte": {"House espresso roast": 18, "Fresh whole milk": 230, "Paper cup": 1},
    "Mocha": {"House espresso roast": 18, "Fresh whole milk": 200, "Paper cup": 1, "Cocoa powder": 20},
    "Filter Coffee": {"House espresso roast": 15, "Paper cup": 1},
    "Breakfast Tea": {"Paper cup": 1, "Black tea leaves": 3},
    "Green Tea": {"Paper cup": 1, "Green tea leaves": 3},
    "Peppermint Tea": {"Paper cup": 1, "Peppermint leaves": 4},
    "Chai Latte": {"Fresh whole milk": 220, "Paper cup": 1, "Chai syrup": 30},
    "Matcha Latte": {"Oat drink": 220, "Paper cup": 1, "Matcha powder": 4},
    "Iced Latte": {"House espresso roast": 18, "Fresh whole milk": 180, "Paper cup": 1},
    "Cold Brew": {"House espresso roast": 25, "Paper cup": 1},
    "Espresso Tonic": {"House espresso roast": 18, "Paper cup": 1, "Tonic water": 150},
    "Lemon Iced Tea": {"Paper cup": 1, "Black tea leaves": 4},
    "Orange Juice": {"Paper cup": 1, "Oranges": 450},
    "Sparkling Water": {"Bottled water": 1},
    "Butter Croissant": {"Croissant dough piece": 1},
    "Almond Croissant": {"Croissant dough piece": 1},
    "Cinnamon Bun": {"Yeast dough piece": 1},
    "Banana Bread": {"Banana loaf slice": 1},
    "Blueberry Muffin": {"Muffin": 1},
    "Carrot Cake": {"Carrot cake slice": 1},
    "Vegan Brownie": {"Brownie": 1},
    "Cheese Toastie": {"Bread slice": 2, "Cheddar": 70},
    "Hummus Wrap": {"Flatbread": 1, "Hummus": 90},
    "Chicken Sandwich": {"Bread slice": 2, "Roast chicken": 80},
    "Lentil Salad": {"Lentil salad bowl": 1},
    "Tomato Soup": {"Tomato soup": 350},
    "House Roast 250 g": {"House espresso roast": 250},
    "Single Origin 250 g": {"Single origin roast": 250},
    "Decaf Roast 250 g": {"Decaf roast": 250},
    "Travel Mug": {"Steel mug": 1},
    "Ceramic Cup": {"Stoneware cup": 1},
    "Tote Bag": {"Cotton bag": 1},
}
"""Product → ingredient → grams, millilitres or pieces for one unit sold, as the ingredient's measure has it."""
