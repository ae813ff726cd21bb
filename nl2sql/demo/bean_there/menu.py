"""What Bean There sells."""

from typing import Literal, NamedTuple

CATEGORIES = ("Coffee", "Tea", "Cold drinks", "Bakery", "Lunch", "Whole beans", "Merchandise")


class Product(NamedTuple):
    """`weight` is demand relative to the others; months count from the start of the data, before it negative."""

    name: str
    category: str
    price_cents: int
    weight: float
    launched_month: int
    discontinued_month: int | None
    is_vegan: bool
    calories: int | None
    season: Literal["", "warm", "cold"]
    daypart: Literal["", "morning", "lunch"]


PRODUCTS = (
    Product("Espresso", "Coffee", 240, 9.0, -96, None, True, 5, "", ""),
    Product("Double Espresso", "Coffee", 310, 5.0, -96, None, True, 10, "", "morning"),
    Product("Americano", "Coffee", 320, 7.0, -96, None, True, 12, "", ""),
    Product("Cappuccino", "Coffee", 370, 13.0, -96, None, False, 130, "", "morning"),
    Product("Flat White", "Coffee", 390, 12.0, -80, None, False, 140, "", ""),
    Product("Latte Macchiato", "Coffee", 410, 9.0, -96, None, False, 190, "", ""),
    Product("Oat Latte", "Coffee", 450, 8.0, -30, None, True, 165, "", ""),
    Product("Pistachio Latte", "Coffee", 520, 4.0, 10, None, False, 270, "cold", ""),
    Product("Mocha", "Coffee", 440, 4.0, -96, None, False, 260, "cold", ""),
    Product("Filter Coffee", "Coffee", 290, 6.0, -60, None, True, 4, "", "morning"),
    Product("Breakfast Tea", "Tea", 300, 3.0, -96, None, True, 2, "", "morning"),
    Product("Green Tea", "Tea", 300, 2.5, -96, None, True, 2, "", ""),
    Product("Peppermint Tea", "Tea", 300, 2.0, -70, None, True, 2, "cold", ""),
    Product("Chai Latte", "Tea", 430, 3.5, -44, None, False, 210, "cold", ""),
    Product("Matcha Latte", "Tea", 480, 3.5, 6, None, True, 150, "", ""),
    Product("Iced Latte", "Cold drinks", 450, 6.0, -60, None, False, 160, "warm", ""),
    Product("Cold Brew", "Cold drinks", 430, 5.0, -36, None, True, 8, "warm", ""),
    Product("Espresso Tonic", "Cold drinks", 470, 2.5, 7, None, True, 60, "warm", ""),
    Product("Lemon Iced Tea", "Cold drinks", 380, 3.0, -50, None, True, 90, "warm", ""),
    Product("Orange Juice", "Cold drinks", 420, 3.0, -96, None, True, 110, "", "morning"),
    Product("Sparkling Water", "Cold drinks", 260, 3.0, -96, None, True, 0, "", ""),
    Product("Butter Croissant", "Bakery", 260, 9.0, -96, None, False, 280, "", "morning"),
    Product("Almond Croissant", "Bakery", 340, 4.0, -66, None, False, 410, "", "morning"),
    Product("Cinnamon Bun", "Bakery", 350, 5.0, -40, None, False, 390, "cold", ""),
    Product("Banana Bread", "Bakery", 330, 4.0, -52, None, True, 310, "", ""),
    Product("Blueberry Muffin", "Bakery", 320, 4.0, -96, 16, False, 370, "", ""),
    Product("Carrot Cake", "Bakery", 420, 3.0, -30, None, False, 430, "", ""),
    Product("Vegan Brownie", "Bakery", 360, 3.5, 3, None, True, 340, "", ""),
    Product("Cheese Toastie", "Lunch", 620, 3.5, -74, None, False, 480, "cold", "lunch"),
    Product("Hummus Wrap", "Lunch", 690, 3.0, -33, None, True, 420, "", "lunch"),
    Product("Chicken Sandwich", "Lunch", 740, 3.0, -62, None, False, 510, "", "lunch"),
    Product("Lentil Salad", "Lunch", 790, 2.0, -22, None, True, 360, "warm", "lunch"),
    Product("Tomato Soup", "Lunch", 650, 2.0, -26, None, True, 240, "cold", "lunch"),
    Product("House Roast 250 g", "Whole beans", 890, 1.3, -80, None, True, None, "", ""),
    Product("Single Origin 250 g", "Whole beans", 1190, 0.8, -48, None, True, None, "", ""),
    Product("Decaf Roast 250 g", "Whole beans", 990, 0.4, -36, None, True, None, "", ""),
    Product("Travel Mug", "Merchandise", 2490, 0.3, -28, None, True, None, "", ""),
    Product("Ceramic Cup", "Merchandise", 1450, 0.3, -50, None, True, None, "", ""),
    Product("Tote Bag", "Merchandise", 1200, 0.2, -16, 13, True, None, "", ""),
)
