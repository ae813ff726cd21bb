"""Comparatives and superlatives, and the columns that they measure."""

ADJECTIVES: dict[str, tuple[tuple[str, ...], bool]] = {}
"""Comparative or superlative → words of a column that it measures, and whether it means much; dates turn round."""


def _adjective(forms: str, measures: str, direction: str) -> None:
    for form in forms.split("|"):
        ADJECTIVES[form] = (tuple(measures.split("|")), direction == "max")


_adjective(
    "oldest|older|eldest|elder",
    "age|date of birth|birth date|birthday|birth year|year of birth|founded|found year",
    "max",
)
_adjective("youngest|younger", "age|date of birth|birth date|birthday|birth year|year of birth", "min")
_adjective("tallest|taller", "height|elevation", "max")
_adjective("shorter|shortest", "height|length|duration|distance", "min")
_adjective("longest|longer", "length|duration|distance|hour|runtime", "max")
_adjective("heaviest|heavier", "weight|mass|tonnage", "max")
_adjective("lightest|lighter", "weight|mass|tonnage", "min")
_adjective("cheapest|cheaper|least expensive|less expensive", "price|cost|fee", "min")
_adjective("most expensive|more expensive|priciest|costliest|dearest", "price|cost|fee", "max")
_adjective("fastest|faster", "speed", "max")
_adjective("slowest|slower", "speed", "min")
_adjective("deepest", "depth", "max")
_adjective("richest|wealthiest", "wealth|net worth|money", "max")
_adjective("hottest|warmest", "temperature", "max")
_adjective("coldest|coolest", "temperature", "min")
_adjective("largest|biggest|larger|bigger", "size|area|capacity", "max")
_adjective("smallest|smaller", "size|area|capacity", "min")
_adjective("highest|higher", "height|elevation|altitude", "max")
_adjective("lowest|lower", "height|elevation|altitude", "min")
_adjective("most populous|most populated", "population", "max")
_adjective("least populous|least populated", "population", "min")
_adjective("longest running", "runtime|duration", "max")
_adjective("best paid|highest paid|better paid", "salary|wage|pay", "max")
_adjective("worst paid|lowest paid", "salary|wage|pay", "min")
_adjective("highest rated|best rated|top rated", "rating|rate|score", "max")
_adjective("lowest rated|worst rated", "rating|rate|score", "min")

RANKS: tuple[tuple[str, str, str], ...] = (
    ("sup", "highest|largest|biggest|greatest|maximum|max|top|best|higher", "max"),
    ("sup", "lowest|smallest|least|minimum|min|fewest|worst", "min"),
    (
        "most",
        "most|largest number of|greatest number of|highest number of|most number of|biggest number of|"
        "maximum number of|largest amount of|highest amount of|highest total number of|highest count of|"
        "most numbers of|largest total number of|most amount of",
        "max",
    ),
    (
        "most",
        "fewest|least|least number of|smallest number of|fewest number of|lowest number of|minimum number of|"
        "least amount of",
        "min",
    ),
    (
        "common",
        "most common|most frequent|most popular|most frequently used|most commonly used|most used|most widely used|"
        "most frequently|most often|most commonly|predominant|most prevalent|most frequently occurring",
        "max",
    ),
    (
        "common",
        "least common|least frequent|least popular|least used|least frequently used|least commonly used|rarest|"
        "least frequently",
        "min",
    ),
    ("recent", "most recent|latest|newest|most recently|last", "max"),
    ("recent", "earliest|oldest date|least recent|first|least recently", "min"),
    ("top", "top|first|best|bottom top", "max"),
    ("top", "bottom", "min"),
)
"""(tag, phrases, "max" or "min"), each with or without its article."""
