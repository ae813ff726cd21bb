"""What a policy may say of a column, and what follows from it for people, models and agents. Pure.

A further word is an entry of LIMITS; how statements are held to it is in `nl2sql/validation/restrict.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ColumnAccess = Literal["open", "masked", "aggregate_only", "hidden"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`tag` marks such a column on a page; `field`, `label` and `help` are of the form that policies are written in.

    The others are of words under which the column's name may be used. `can_answer`: something can be computed from its
    values. `for_models` stands beside the column in prompts, `for_agents` in what a tool describes; `of_answers` tells
    the reader of an answer what was left out, with the columns in place of {}.
    """

    tag: str
    field: str
    label: str
    help: str = ""
    can_answer: bool = False
    for_models: str = ""
    for_agents: str = ""
    of_answers: str = ""


LIMITS: dict[ColumnAccess, Limit] = {
    "masked": Limit(
        tag="masked",
        field="masked",
        label="Columns masked",
        help="May be named and compared; values never leave.",
        for_models="masked: its values never leave; do not filter, join or sort by it",
        for_agents="never its values",
        of_answers="values of {} are masked",
    ),
    "aggregate_only": Limit(
        tag="sums and counts",
        field="aggregated",
        label="Columns only in sums and counts",
        can_answer=True,
        for_models="only count, sum and avg of the bare column are allowed, over groups of several rows",
        for_agents="only in sums and counts",
        of_answers="groups of few rows are left out wherever {} is read",
    ),
    "hidden": Limit(
        tag="hidden",
        field="hidden",
        label="Columns hidden",
        help="As schema.table.column, or patterns: *.email",
    ),
}
"""From the least strict to the strictest: of several words about one column the last of these holds."""

STRICTNESS: tuple[ColumnAccess, ...] = ("open", *LIMITS)


def unanswerable(limited: Mapping[str, ColumnAccess]) -> frozenset[str]:
    """The names from whose values nothing can be computed."""
    return frozenset(name for name, word in limited.items() if not LIMITS[word].can_answer)


def having(word: ColumnAccess, limited: Mapping[str, ColumnAccess]) -> frozenset[str]:
    """The names of which `limited` says this word."""
    return frozenset(name for name, said in limited.items() if said == word)
