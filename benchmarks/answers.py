"""Answers without a language model, and the ceiling of one: through the product's own `runs.ask`.

The composer: how many questions it answers, how many of those are right; unanswerable ones are right when refused.
The oracle (`benchmarks.oracle_model`): how many questions a perfect model would answer. A result is right when it
equals that of one of the gold statements.

    make bench-answers [LIMIT=200] [ARGS="--only oracle" | ARGS=--ablation] [DATA=folder] [OUT=file]
"""

import json
import os
from collections import Counter
from typing import Any

os.environ["QUERY_MAX_ROWS"] = "100000"
os.environ["QUESTIONS_PER_DAY"] = "100000000"
os.environ["ANSWER_CACHE_SIZE"] = "0"
for _name in ("LLM_API_KEY", "LLM_BASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
    os.environ.pop(_name, None)

from benchmarks.asked_set import AskedSet, alone, pooled  # noqa: E402  after the settings it must find
from benchmarks.harness import options, prepared, progress, spread, write_cases  # noqa: E402
from benchmarks.oracle import oracle, report  # noqa: E402
from nl2sql.evaluation.scores import percentile  # noqa: E402

SETS = ("spider_pg", "sql_eval")
ORACLE_KEYS = {"spider_pg": "oracle_alone", "sql_eval": "oracle_sql_eval"}
RELIABILITY_COST = 10
"""What a wrong answer costs when a right one, or a rightful refusal, earns 1 (TrustSQL's RS(10))."""


def main() -> None:
    given = options(
        default="eval",
        needs=[f"{name}/questions.jsonl" for name in SETS],
        description="The composer's precision and coverage, and what a perfect model could answer.",
        flags={"ablation": "What each part of the composer contributes, instead of the figures."},
        only=("composer", "oracle"),
    )
    prepared()
    if given.flags:
        from benchmarks.composer_ablation import ablation, recorded  # noqa: PLC0415  the applications must be loaded first

        asked = alone(SETS[0], given.data / SETS[0])
        ablation(recorded(asked, limit=given.limit), judge=asked.is_right)
        return
    cases: list[dict[str, Any]] = []
    figures: dict[str, Any] = {}
    for name in SETS:
        asked = alone(name, given.data / name)
        if given.only != "composer":
            found = oracle(asked, limit=given.limit)
            figures[ORACLE_KEYS[name]] = report(ORACLE_KEYS[name], found)
            cases += [{"by": ORACLE_KEYS[name], **case} for case in found]
            if name == "spider_pg":
                found = oracle(pooled(name, given.data / name, gold_databases=asked), limit=given.limit)
                figures["oracle_pool"] = report("oracle_pool", found)
                cases += [{"by": "oracle_pool", **case} for case in found]
        if given.only != "oracle":
            cases += [{"by": "composer", **case} for case in _composed(asked, limit=given.limit)]
        write_cases(given.out, cases)
    if given.only != "oracle":
        figures |= _composer_figures([case for case in cases if case["by"] == "composer"])
    print(json.dumps(figures))


def _composed(asked: AskedSet, *, limit: int | None) -> list[dict[str, Any]]:
    cases = []
    for number, question in enumerate(spread(list(asked.questions), limit), start=1):
        cases.append(asked.ask(question))
        if number % 250 == 0:
            progress(f"  {asked.name} by the composer: {number} questions")
    return cases


def _composer_figures(cases: list[dict[str, Any]]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    print(f"{'composer':12}{'questions':>10}{'answered':>10}{'right':>8}{'precision':>11}{'coverage':>10}{'failed':>8}")
    for name in SETS:
        answerable = [case for case in cases if case["set"] == name and case["answerable"]]
        states = Counter(case["status"] for case in answerable)
        answered, right = states["completed"], sum(case["right"] is True for case in answerable)
        precision = round(right / answered, 4) if answered else None
        coverage = round(answered / len(answerable), 4) if answerable else None
        reliability = (right - RELIABILITY_COST * (answered - right)) / len(answerable) if answerable else None
        print(
            f"{name:12}{len(answerable):10}{answered:10}{right:8}{precision or 0:11.3f}{coverage or 0:10.3f}"
            f"{states['failed']:8}"
        )
        prefix = "composer" if name == "spider_pg" else f"{name}_composer"
        figures[f"{prefix}_precision"], figures[f"{prefix}_coverage"] = precision, coverage
        figures[f"{prefix}_rs10"] = None if reliability is None else round(reliability, 4)
        figures[f"{prefix}_answered"], figures[f"{prefix}_right"] = answered, right
        figures[f"{prefix}_questions"], figures[f"{prefix}_failed"] = len(answerable), states["failed"]
    unanswerable = [case for case in cases if not case["answerable"]]
    refused = sum(case["status"] in ("cannot_answer", "needs_clarification") for case in unanswerable)
    figures["refused_unanswerable"] = round(refused / len(unanswerable), 4) if unanswerable else None
    figures["unanswerable"] = len(unanswerable)
    own_ms = [case["own_ms"] for case in cases]
    figures["own_p50_ms"], figures["own_p99_ms"] = percentile(own_ms, share=0.5), percentile(own_ms, share=0.99)
    print(f"unanswerable: {refused} of {len(unanswerable)} refused")
    return figures


if __name__ == "__main__":
    main()
