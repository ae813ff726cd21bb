"""Scores and comparisons as lines for people and as JSON. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from nl2sql.evaluation.comparison import EvaluationComparison
from nl2sql.evaluation.scores import Scores

SHOWN_CHANGES = 50


def score_lines(scores: Scores) -> Iterator[str]:
    yield (
        f"{scores.cases} questions: {scores.right} right, {scores.wrong} wrong, {scores.refused} refused, "
        f"{scores.failed} failed, {scores.unjudged} not judged"
    )
    answered = f"precision {_share(scores.precision)} at coverage {_share(scores.coverage)}"
    yield f"  accuracy {_share(scores.accuracy)}, {answered}"
    yield f"  refusals: precision {_share(scores.refusal_precision)}, recall {_share(scores.refusal_recall)}"
    yield f"  reliability: {_pairs(scores.reliability, name='RS({})')}"
    yield f"  retrieval: {_pairs(scores.full_at, name='full@{}')}"
    cost = "cost not known" if scores.cost is None else f"cost {scores.cost}"
    yield f"  {scores.input_tokens:,} tokens in, {scores.output_tokens:,} out, {cost}"
    steps = ", ".join(f"{step} {one.median}/{one.p95}" for step, one in scores.latency_ms.items())
    yield f"  milliseconds, median/p95: {steps or 'none'}"
    yield f"  violations: {', '.join(f'{code} {count}' for code, count in scores.violations.items()) or 'none'}"


def compared_lines(found: EvaluationComparison, *, differences: Sequence[str]) -> Iterator[str]:
    yield f"Changed: {'; '.join(differences) or 'nothing that is known'}."
    yield (
        f"{len(found.fixed)} fixed, {len(found.broken)} broken, {len(found.moved)} otherwise, {found.same} the same; "
        f"{found.only_before} only before, {found.only_after} only after"
    )
    for heading, changes in (("fixed", found.fixed), ("broken", found.broken)):
        for change in changes[:SHOWN_CHANGES]:
            yield f"  {heading}: {change.question} [{change.key}] ({change.before} before, {change.after} now)"
        if len(changes) > SHOWN_CHANGES:
            yield f"  {heading}: {len(changes) - SHOWN_CHANGES} more"


def compared_json(found: EvaluationComparison, *, differences: Sequence[str]) -> dict[str, Any]:
    return {"changed": list(differences), **asdict(found)}


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _pairs(values: Mapping[int, float | None], *, name: str) -> str:
    return ", ".join(f"{name.format(key)} {_share(value)}" for key, value in values.items())
