"""One question of a set through the same door as any other, and its answer judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from nl2sql import runs
from nl2sql.evaluation.gold_rows import GoldReader, GoldRows
from nl2sql.evaluation.judged_case import JudgedCase, full_rank, verdict_of
from nl2sql.evaluation.question_set import EvaluationQuestion
from nl2sql.evaluation.same_result import same_result
from nl2sql.models import Run, RunEvent, RunStatus
from nl2sql.runs import AskRequest
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.principal import Principal, TenantSuspended
from tenants.quotas import QuotaExceeded


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCase:
    """`run_id` is None where no run could be opened; `detail` says why there is no answer or nothing to compare."""

    judged: JudgedCase
    run_id: UUID | None
    source: str
    sql: str
    detail: str


def ask_case(
    principal: Principal,
    question: EvaluationQuestion,
    *,
    golds: GoldReader,
    extra_columns_allowed: bool = False,
    is_candidate: bool = False,
) -> AskedCase:
    """What goes wrong with one question is its verdict. No transaction is open while it waits.

    Raises QuotaExceeded or TenantSuspended, which would be the verdict on all that follow.
    """
    request = AskRequest(
        question=question.question,
        data_source=question.source or None,
        is_test=True,
        is_candidate_model=is_candidate,
    )
    try:
        run = runs.ask(principal, request, request_id="evaluation")
    except (QuotaExceeded, TenantSuspended):
        raise
    except DomainError as error:
        judged = JudgedCase(
            key=question.key,
            question=question.question,
            is_answerable=question.is_answerable,
            status=RunStatus.FAILED,
            verdict="failed",
        )
        return AskedCase(judged=judged, run_id=None, source=question.source, sql="", detail=error.message)
    if run.error_code == QuotaExceeded.code:
        raise QuotaExceeded(run.error_detail)
    read = [golds.read(gold, source=run.source_slug, dialect=question.dialect) for gold in question.golds]
    is_same = _is_same(run, read, extra_columns_allowed=extra_columns_allowed)
    needed = [gold.tables for gold in read if gold.tables is not None] or ([question.tables] if question.tables else [])
    found = [table["name"] for table in run.reply["retrieval"]["tables"]]
    judged = JudgedCase(
        key=question.key,
        question=question.question,
        is_answerable=question.is_answerable,
        status=run.status,
        verdict=verdict_of(run.status, is_answerable=question.is_answerable, is_same=is_same),
        full_rank=full_rank(found, alternatives=needed),
        needs_tables=any(needed),
        input_tokens=run.input_tokens,
        output_tokens=run.output_tokens,
        cost=_cost(run),
        steps=_steps(run),
        violations=_violations(run),
    )
    return AskedCase(
        judged=judged, run_id=run.id, source=run.source_slug, sql=run.sql, detail=_detail(run, read, judged)
    )


def _is_same(run: Run, golds: Sequence[GoldRows], *, extra_columns_allowed: bool) -> bool | None:
    """None where no gold could be read, or there is no result to compare with it."""
    result = run.reply["result"]
    readable = [gold for gold in golds if gold.rows is not None]
    if result is None or not readable:
        return None
    return not result["truncated"] and any(
        same_result(
            result["rows"], gold.rows or [], ordered=gold.is_ordered, extra_columns_allowed=extra_columns_allowed
        )
        for gold in readable
    )


def _cost(run: Run) -> Decimal | None:
    cost = run.reply["usage"]["cost"]
    return None if cost is None else Decimal(str(cost))


def _steps(run: Run) -> dict[str, int]:
    spent: dict[str, int] = {}
    for step in run.reply["steps"]:
        spent[step["name"]] = spent.get(step["name"], 0) + step["ms"]
    return spent


def _violations(run: Run) -> tuple[str, ...]:
    """Codes of every rule that a draft broke, also where a repair mended it."""
    with tenant_transaction(run.tenant_id):
        blocked = RunEvent.objects.filter(run=run, kind="blocked").values_list("payload", flat=True)
        payloads: list[dict[str, Any]] = list(blocked)
    return tuple(violation["code"] for payload in payloads for violation in payload["violations"])


def _detail(run: Run, golds: Sequence[GoldRows], judged: JudgedCase) -> str:
    if judged.verdict == "unjudged":
        problems = [gold.problem for gold in golds if gold.problem]
        return problems[0] if problems else "There is no gold statement to compare the answer with."
    if run.status == RunStatus.COMPLETED:
        return ""
    return run.error_detail or str(run.reply["answer"])
