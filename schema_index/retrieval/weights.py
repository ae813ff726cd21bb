"""How much each signal counts in the ranking of tables. Pure.

Chosen on the whole of an open pool of 108 databases, so others may do a little worse; two halves of it moved alike.
docs/retrieval.md shows what is lost without each.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Every signal is scaled to its best table, 0 to 1, before it is weighed; 0 leaves a signal out."""

    meaning: float = 1.0
    """The measure of all others."""

    words: float = 0.7
    """Below meaning: a shared word is often a column that many tables have."""

    grams: float = 0.5
    """Below words: most of what n-grams find, words have found already."""

    names: float = 0.15
    """Of the share of the table's name that the question says. More puts short names ahead of what is meant."""

    copy: float = 0.2
    """Share of its own evidence that a table loses which copies another (`shadow_orders`, `orders_archive`), unless the
    question says so: both say the same, and the original is meant."""

    group: float = 0.8
    """Of the best table in the same group. More pushes whole databases ahead of a second one that is needed too."""

    neighbours: float = 0.25
    """Of PageRank. More lets hubs, which everything refers to, displace what was asked for."""

    cover: float = 0.5
    """Of the share of the question's words, by rarity, that no table chosen before holds as well."""

    parent: float = 0.3
    """For a table that a chosen one refers to: the names of what its key columns number are there."""

    child: float = 0.1
    """For a table that refers to a chosen one; a table has many such, and few are meant."""

    part: float = 0.35
    """For a table that is part of a chosen one by key and name (`port_bindings` of `ports`), where there are several:
    what is known of a thing that is kept in parts stands in all of them."""

    between: float = 0.2
    """For a table that foreign keys connect with two or more chosen ones: a bridge."""


WEIGHTS = Weights()
