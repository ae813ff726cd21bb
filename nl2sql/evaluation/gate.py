"""Whether a change may be taken into use, by what it does to the questions a tenant has verified. Pure."""

from dataclasses import dataclass
from typing import Literal

from nl2sql.evaluation.comparison import EvaluationComparison

GateMode = Literal["report", "refuse"]

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """`message` is for people; `breaks` counts questions that were right and are not; `is_refused` says that the change
    must not be taken into use."""

    is_refused: bool
    message: str
    breaks: int = 0


def of_a_first(*, right: int, asked: int, mode: GateMode) -> GateReport:
    """Of verified queries that nobody asked before: what is not right may have been so before, which nobody knows."""
    breaks = asked - right
    told = f"There is no earlier evaluation to compare with: {right} of {asked} questions are right."
    return GateReport(is_refused=mode == "refuse" and breaks > 0, breaks=breaks, message=told)


def decide(comparison: EvaluationComparison, *, change: str, mode: GateMode) -> GateReport:
    """`change` names what is new, such as "the model gpt-5 instead of gpt-4.1". Whatever breaks a question that was
    answered rightly is told; only `refuse` stands in its way. Questions that only one side knows decide nothing."""
    broken = comparison.broken
    if not broken:
        asked = comparison.same + len(comparison.fixed) + len(comparison.moved)
        if not asked:
            return GateReport(is_refused=False, message=f"{change}: no question is known to both sides.")
        return GateReport(
            is_refused=False,
            message=f"{change}: breaks none of {asked} questions and mends {len(comparison.fixed)}.",
        )
    named = "; ".join(f'"{one.question}" is {one.after}' for one in broken[:SHOWN])
    more = f"; and {len(broken) - SHOWN} more" if len(broken) > SHOWN else ""
    fate = "It is refused (EVALUATION_GATE)." if mode == "refuse" else "It is reported only (EVALUATION_GATE)."
    return GateReport(
        is_refused=mode == "refuse",
        breaks=len(broken),
        message=f"{change}: breaks {len(broken)} and mends {len(comparison.fixed)}: {named}{more}. {fate}",
    )
