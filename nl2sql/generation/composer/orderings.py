"""How a question says in what order it wants its rows."""

ORDERS: tuple[tuple[str, str, str], ...] = (
    (
        "order",
        "ordered by|sorted by|sort by|order by|ordering by|sort them by|order them by|in order of|in the order of|"
        "arranged by|ranked by|listed by|sorted in order of|ordered in terms of|in order by|order the results by|"
        "sort the results by|ordered in order of|sorted on|sort the result by|order the result by|listed in order of|"
        "sort results by|order results by|sorted according to|sort the list by|order the list by|sorting by|"
        "sorted by the|and sort by|sort it by|order it by|rank them by|sorted by their|sorted alphabetically by|"
        "ordered alphabetically by|order them alphabetically by",
        "",
    ),
    ("order_head", "sort|order|rank|arrange", ""),
    (
        "direction",
        "ascending|in ascending order|in an ascending order|in increasing order|increasing|asc|ascendingly|"
        "from low to high|from lowest to highest|from least to most|from smallest to largest|from small to large|"
        "in ascending|ascending order|increasing order|from oldest to newest|from earliest to latest|"
        "from fewest to most|from shortest to longest|in the ascending order|ordered from lowest to highest|"
        "lowest to highest|from the lowest to the highest|in chronological order|chronologically|in order|"
        "from least to greatest|from youngest to oldest number",
        "asc",
    ),
    (
        "direction",
        "descending|in descending order|in a descending order|in decreasing order|decreasing|desc|descendingly|"
        "from high to low|from highest to lowest|from most to least|from largest to smallest|from large to small|"
        "in descending|descending order|decreasing order|from newest to oldest|from latest to earliest|"
        "in reverse order|in the descending order|ordered from highest to lowest|highest to lowest|"
        "from greatest to least|"
        "from the highest to the lowest|from longest to shortest|from the most to the least|"
        "in reverse chronological order|in reverse alphabetical order|reverse alphabetically|"
        "in reversed alphabetical order|in reverse lexicographical order|in descending alphabetical order|"
        "in descending lexicographical order|starting with the most recent|most recent first",
        "desc",
    ),
    (
        "alpha",
        "in alphabetical order|alphabetically|in ascending alphabetical order|in alphabetic order|"
        "in lexicographical order|in lexicographic order|in ascending lexicographical order|alphabetical order|"
        "in the alphabetical order|in an alphabetical order|in alphabetical ascending order|"
        "in alphabetical order ascending|sorted in alphabetical order|ordered alphabetically|sorted alphabetically|"
        "listed in alphabetical order|ordered in alphabetical order|sorted in lexicographical order|"
        "order them alphabetically|sorted in ascending alphabetical order|ordered in lexicographical order|"
        "listed alphabetically|in ascending lexicographic order|sorted in the alphabetical order",
        "",
    ),
    (
        "sorted",
        "sorted|ordered|listed|arranged|sort|order|sort them|order them|ranked|sort the results|order the results",
        "",
    ),
)
"""(tag, phrases, "asc" or "desc" where the phrase says it)."""
