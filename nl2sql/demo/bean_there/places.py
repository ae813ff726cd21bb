"""Where Bean There trades: regions, cities, stores. All store names are invented."""

from typing import NamedTuple

REGIONS = ("Benelux", "Central Europe", "France", "Iberia", "Italy", "North")


class City(NamedTuple):
    region: str
    country_code: str
    time_zone: str


CITIES = {
    "Amsterdam": City("Benelux", "NL", "Europe/Amsterdam"),
    "Utrecht": City("Benelux", "NL", "Europe/Amsterdam"),
    "Antwerp": City("Benelux", "BE", "Europe/Brussels"),
    "Ghent": City("Benelux", "BE", "Europe/Brussels"),
    "Berlin": City("Central Europe", "DE", "Europe/Berlin"),
    "Hamburg": City("Central Europe", "DE", "Europe/Berlin"),
    "Munich": City("Central Europe", "DE", "Europe/Berlin"),
    "Vienna": City("Central Europe", "AT", "Europe/Vienna"),
    "Paris": City("France", "FR", "Europe/Paris"),
    "Lyon": City("France", "FR", "Europe/Paris"),
    "Madrid": City("Iberia", "ES", "Europe/Madrid"),
    "Barcelona": City("Iberia", "ES", "Europe/Madrid"),
    "Lisbon": City("Iberia", "PT", "Europe/Lisbon"),
    "Porto": City("Iberia", "PT", "Europe/Lisbon"),
    "Milan": City("Italy", "IT", "Europe/Rome"),
    "Turin": City("Italy", "IT", "Europe/Rome"),
    "Helsinki": City("North", "FI", "Europe/Helsinki"),
    "Tallinn": City("North", "EE", "Europe/Tallinn"),
    "Dublin": City("North", "IE", "Europe/Dublin"),
}


class Store(NamedTuple):
    """`weight` is trade relative to an average store; months count from the start of the data, before it negative."""

    name: str
    city: str
    weight: float
    opened_month: int
    closed_month: int | None
    seats: int
    floor_area_m2: int
    has_terrace: bool


STORES = (
    Store("Canal Corner", "Amsterdam", 1.7, -96, None, 64, 140, True),
    Store("Museum Steps", "Amsterdam", 1.3, -60, None, 48, 110, False),
    Store("Station Hall", "Utrecht", 1.5, -72, None, 22, 60, False),
    Store("Old Harbour", "Antwerp", 1.1, -55, None, 52, 120, True),
    Store("Bell Tower", "Ghent", 0.8, -31, None, 36, 80, True),
    Store("Linden Square", "Berlin", 1.6, -84, None, 70, 160, True),
    Store("Print Works", "Berlin", 1.2, -48, None, 58, 150, False),
    Store("River Gate", "Berlin", 0.7, 9, None, 40, 90, True),
    Store("Warehouse Nine", "Hamburg", 1.2, -66, None, 54, 130, False),
    Store("Garden Pavilion", "Munich", 1.3, -50, None, 62, 145, True),
    Store("Opera Passage", "Vienna", 1.4, -43, None, 46, 105, False),
    Store("Clock Arcade", "Vienna", 0.6, -20, 15, 28, 65, False),
    Store("Left Bank", "Paris", 1.6, -58, None, 44, 95, True),
    Store("Market Street", "Paris", 1.1, -26, None, 38, 85, False),
    Store("Silk Weavers", "Lyon", 0.9, -38, None, 42, 100, True),
    Store("Sunrise Plaza", "Madrid", 1.4, -64, None, 60, 135, True),
    Store("North Terminal", "Madrid", 1.0, 4, None, 18, 45, False),
    Store("Tile House", "Barcelona", 1.3, -52, None, 50, 115, True),
    Store("Seven Hills", "Lisbon", 1.2, -45, None, 40, 90, True),
    Store("Bridge View", "Porto", 0.8, -18, None, 34, 75, True),
    Store("Fashion Row", "Milan", 1.3, -36, None, 45, 100, False),
    Store("Royal Arcade", "Turin", 0.7, -14, None, 36, 85, False),
    Store("Ferry Dock", "Helsinki", 1.0, -40, None, 48, 120, True),
    Store("Town Wall", "Tallinn", 0.6, 14, None, 30, 70, False),
    Store("Quay Lane", "Dublin", 1.2, -33, None, 42, 95, False),
    Store("Scholars Yard", "Dublin", 0.8, 18, None, 26, 55, True),
)
