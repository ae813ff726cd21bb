"""What an evaluation's cases come to. Pure.

Reliability is TrustSQL's (Lee et al. 2024): a right answer or a rightful refusal earns 1, a wrong answer costs c, and
anything else counts 0; the mean is taken over all judged questions.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from nl2sql.evaluation.judged_case import JudgedCase

COSTS = (0, 1, 10)
KS = (1, 3, 5, 10, 20)
TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Milliseconds."""

    median: int
    p95: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Shares are 0 to 1, None where nothing was there to be counted; `unjudged` cases are in no share but full@k.

    `accuracy` is right of all answerable, `precision` right of those answered, `coverage` answered of all answerable.
    `refusal_precision` is the share of refusals that were due, `refusal_recall` the share of unanswerable questions
    that were refused. `cost` is None as soon as one case's price is unknown.
    """

    cases: int
    right: int
    wrong: int
    refused: int
    failed: int
    unjudged: int
    accuracy: float | None
    precision: float | None
    coverage: float | None
    refusal_precision: float | None
    refusal_recall: float | None
    reliability: Mapping[int, float | None]
    full_at: Mapping[int, float | None]
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    latency_ms: Mapping[str, Latency]
    violations: Mapping[str, int]


def scores_of(cases: Sequence[JudgedCase]) -> Scores:
    counts = Counter(case.verdict for case in cases)
    judged = [case for case in cases if case.verdict != "unjudged"]
    answerable = [case for case in judged if case.is_answerable]
    answered = [case for case in answerable if case.status == "completed"]
    right = sum(case.verdict == "right" for case in answerable)
    unanswerable = [case for case in judged if not case.is_answerable]
    refusals = [case for case in judged if case.is_refusal]
    due = sum(not case.is_answerable for case in refusals)
    costs = [case.cost for case in cases]
    return Scores(
        cases=len(cases),
        right=counts["right"],
        wrong=counts["wrong"],
        refused=counts["refused"],
        failed=counts["failed"],
        unjudged=counts["unjudged"],
        accuracy=_share(right, len(answerable)),
        precision=_share(right, len(answered)),
        coverage=_share(len(answered), len(answerable)),
        refusal_precision=_share(due, len(refusals)),
        refusal_recall=_share(due, len(unanswerable)),
        reliability={cost: reliability(judged, cost=cost) for cost in COSTS},
        full_at={k: full_at(cases, k=k) for k in KS},
        input_tokens=sum(case.input_tokens for case in cases),
        output_tokens=sum(case.output_tokens for case in cases),
        cost=None if not costs or None in costs else sum((cost for cost in costs if cost is not None), Decimal()),
        latency_ms=_latency(cases),
        violations=dict(sorted(Counter(code for case in cases for code in case.violations).items())),
    )


def reliability(cases: Iterable[JudgedCase], *, cost: float) -> float | None:
    """RS(cost): from -cost to 1."""
    points = [
        1.0 if case.verdict == "right" else -float(cost) if case.verdict == "wrong" else 0.0
        for case in cases
        if case.verdict != "unjudged"
    ]
    return round(math.fsum(points) / len(points), 6) if points else None


def full_at(cases: Iterable[JudgedCase], *, k: int) -> float | None:
    """Share of the questions known to need tables that have them all among the first `k` retrieved."""
    known = [case for case in cases if case.needs_tables]
    return _share(sum(case.full_rank is not None and case.full_rank <= k for case in known), len(known))


def percentile(values: Iterable[int], *, share: float) -> int:
    """The smallest value that at least `share` of them do not exceed (nearest rank); 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0


def as_json(scores: Scores) -> dict[str, Any]:
    """For storing and printing: a cost is text, so that no cent is rounded."""
    return {**asdict(scores), "cost": None if scores.cost is None else str(scores.cost)}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _latency(cases: Sequence[JudgedCase]) -> dict[str, Latency]:
    """By step, in the order of the first case that took it; then of all steps together."""
    spent: dict[str, list[int]] = {}
    for case in cases:
        for name, ms in case.steps.items():
            spent.setdefault(name, []).append(ms)
    totals = [sum(case.steps.values()) for case in cases if case.steps]
    if totals:
        spent[TOTAL] = totals
    return {
        name: Latency(median=percentile(values, share=0.5), p95=percentile(values, share=0.95))
        for name, values in spent.items()
    }
