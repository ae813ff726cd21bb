"""What share of questions a perfect model would answer: the ceiling that retrieval, prompt and guard leave it."""

from collections import Counter
from typing import Any

from benchmarks.asked_set import AskedSet
from benchmarks.harness import progress, spread
from benchmarks.oracle_model import Gold, OracleModel, golds_of
from schema_index.schema import DatabaseSchema

MODEL = "oracle"


def oracle(asked: AskedSet, *, limit: int | None) -> list[dict[str, Any]]:
    """One case for each answerable question, `missing` being what its prompt lacked."""
    from django.conf import settings  # noqa: PLC0415

    cases = []
    answerable = [question for question in asked.questions if question.get("answerable", True)]
    before = settings.ENVIRONMENT
    with OracleModel() as model:
        changed = before.model_copy(update={"llm_base_url": model.url, "llm_model": MODEL, "llm_max_attempts": 1})
        changed.__dict__.pop("model_configured", None)
        settings.ENVIRONMENT = changed
        try:
            for number, question in enumerate(spread(answerable, limit), start=1):
                model.golds = _golds(asked, question)
                model.missing = []
                case = asked.ask(question)
                cases.append({**case, "missing": model.missing, "why": _why(case, model.missing)})
                if number % 250 == 0:
                    right = sum(one["right"] is True for one in cases)
                    progress(f"  {asked.name} by the oracle: {number} questions, {right} right")
        finally:
            settings.ENVIRONMENT = before
    return cases


def report(name: str, cases: list[dict[str, Any]]) -> float | None:
    """Prints what was lost where, and returns the share that was right."""
    if not cases:
        return None
    right = sum(case["right"] is True for case in cases)
    lost = Counter(case["why"] for case in cases if case["why"])
    share = round(right / len(cases), 4)
    print(f"{name}: {right} of {len(cases)} right ({share:.4f}); lost: {dict(lost.most_common()) or 'none'}")
    return share


def _why(case: dict[str, Any], missing: list[str]) -> str:
    """Which part lost the answer; empty where it is right."""
    if case["right"]:
        return ""
    if missing:
        return "table not in the prompt" if missing[0].startswith("table ") else "column not in the prompt"
    reasons = {"failed": str(case["detail"])[:60], "completed": "other rows"}
    return reasons.get(case["status"], "nothing retrieved")


def _golds(asked: AskedSet, question: dict[str, Any]) -> list[Gold]:
    from django.conf import settings  # noqa: PLC0415

    from schema_index.catalogue import catalogue_of  # noqa: PLC0415
    from schema_index.models import DataSource  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415

    with tenant_transaction(asked.principal.tenant_id):
        source = DataSource.objects.get(slug=asked.source_of(question))
    whole = catalogue_of(source, asked.principal).schema
    own = whole
    if any(table.schema == question["db"] for table in whole.tables):
        own = DatabaseSchema.of(
            "postgres", question["db"], [table for table in whole.tables if table.schema == question["db"]]
        )
    return golds_of(question["gold_sql"], schema=own, spelled_in=whole, row_limit=settings.ENVIRONMENT.query_max_rows)
