"""One question of an evaluation, and what became of it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, get_args

Verdict = Literal["right", "wrong", "refused", "failed", "unjudged"]
"""right: the gold's rows, or a rightful refusal. refused: an answerable question was not answered. failed: no answer,
because something broke. unjudged: answered, and there is nothing to compare the answer with."""

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

ABSTAINED = ("cannot_answer", "needs_clarification")
"""States of a run that gave no answer on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedCase:
    """`full_rank` is how many retrieved tables must be read until all that a gold needs are among them; None where one
    never came, or where nothing is known to be needed (`needs_tables` tells which). `steps` maps each step to its
    milliseconds, all attempts together; `cost` is None where no price is known."""

    key: str
    question: str
    is_answerable: bool
    status: str
    verdict: Verdict
    full_rank: int | None = None
    needs_tables: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None
    steps: Mapping[str, int] = field(default_factory=dict)
    violations: tuple[str, ...] = ()

    @property
    def is_refusal(self) -> bool:
        return self.status in ABSTAINED


def verdict_of(status: str, *, is_answerable: bool, is_same: bool | None) -> Verdict:
    """`status` is a run's; `is_same` whether its rows are a gold's, None where there was nothing to compare."""
    if status == "completed":
        if not is_answerable:
            return "wrong"
        return "unjudged" if is_same is None else "right" if is_same else "wrong"
    if status in ABSTAINED:
        return "refused" if is_answerable else "right"
    return "failed"


def full_rank(ranking: Sequence[str], *, alternatives: Collection[Collection[str]]) -> int | None:
    """The smallest k for which the first k of `ranking` hold every table of one of the `alternatives`; None of none."""
    places = {name: place for place, name in reversed(list(enumerate(ranking, start=1)))}
    ranks = [
        max((places[name] for name in needed), default=0)
        for needed in alternatives
        if all(name in places for name in needed)
    ]
    return min(ranks, default=None)
