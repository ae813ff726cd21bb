"""Two evaluations of the same questions: what one mended, and what it broke. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a question ended in one evaluation: `verdict` is one of VERDICTS."""

    question: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    key: str
    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationComparison:
    """`fixed` are right now and were not, `broken` were right and are not, `moved` changed from one way of not being
    right to another. `only_before` and `only_after` count questions that the other evaluation does not hold."""

    fixed: tuple[Changed, ...]
    broken: tuple[Changed, ...]
    moved: tuple[Changed, ...]
    same: int
    only_before: int
    only_after: int


def compared(before: Mapping[str, Ended], after: Mapping[str, Ended]) -> EvaluationComparison:
    """By key, where the question is the same too: a key that was given to another question compares nothing."""
    common = [key for key in before if key in after and before[key].question == after[key].question]
    changes = [
        Changed(key=key, question=after[key].question, before=before[key].verdict, after=after[key].verdict)
        for key in common
        if before[key].verdict != after[key].verdict
    ]
    return EvaluationComparison(
        fixed=tuple(change for change in changes if change.after == "right"),
        broken=tuple(change for change in changes if change.before == "right"),
        moved=tuple(change for change in changes if "right" not in (change.before, change.after)),
        same=len(common) - len(changes),
        only_before=len(before) - len(common),
        only_after=len(after) - len(common),
    )
