"""Why a reading cannot become a statement."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`words` are the words of the question at fault."""

    kind: Literal["unplaced", "ambiguous", "unjoined", "unsure"]
    words: tuple[str, ...]
    reason: str


class CannotPlan(Exception):
    """Leaves the half-built plan; caught where the readings of a question are tried."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


def fail(kind: Literal["unplaced", "ambiguous", "unjoined", "unsure"], reason: str, *words: str) -> CannotPlan:
    return CannotPlan(Problem(kind=kind, words=words, reason=reason))
