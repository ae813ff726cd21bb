"""A whole set asked one question after the other, each stored as it ends, so that nothing is lost with the rest."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from nl2sql.evaluation.ask_case import AskedCase, ask_case
from nl2sql.evaluation.comparison import Ended, EvaluationComparison, compared
from nl2sql.evaluation.configuration import configuration_in_force
from nl2sql.evaluation.gold_rows import GoldReader
from nl2sql.evaluation.judged_case import JudgedCase
from nl2sql.evaluation.question_set import EvaluationQuestion
from nl2sql.evaluation.scores import Scores, as_json, scores_of
from nl2sql.models import Evaluation, EvaluationCase
from nl2sql.replies.stored_json import storable
from tenants import audit
from tenants.clock import database_now
from tenants.context import tenant_transaction
from tenants.domain_error import existing
from tenants.principal import Principal
from tenants.roles import Role

ROLE = Role.ANALYST
"""Under whose policy sets are asked by command: that of the people who ask."""

CANDIDATE = "candidate"
"""In a configuration: whether it is of a model that was not in use."""

JUDGED = tuple(field.name for field in fields(JudgedCase))
"""What a stored case holds under the same names."""

Progress = Callable[[int, int], None]
"""How many questions were asked, of how many."""


def evaluate(
    principal: Principal,
    questions: Sequence[EvaluationQuestion],
    *,
    set_name: str,
    name: str = "",
    source: str = "",
    extra_columns_allowed: bool = False,
    is_candidate: bool = False,
    progress: Progress | None = None,
) -> tuple[Evaluation, Scores]:
    """Begins and carries on to the end. Raises like `begin` and `carry_on`."""
    evaluation = begin(
        principal,
        questions,
        set_name=set_name,
        name=name,
        source=source,
        extra_columns_allowed=extra_columns_allowed,
        is_candidate=is_candidate,
        actor=principal.actor,
    )
    scores = carry_on(principal, evaluation, questions, progress=progress)
    assert scores is not None, "there was no deadline"
    return evaluation, scores


def begin(
    principal: Principal,
    questions: Sequence[EvaluationQuestion],
    *,
    set_name: str,
    name: str,
    source: str,
    extra_columns_allowed: bool,
    actor: str,
    is_candidate: bool = False,
) -> Evaluation:
    """`principal` is in the role that evaluates, `actor` is who wants to know. `source` is the slug that every question
    is asked of, or empty where each names its own; `is_candidate` asks them of the model that waits to be taken into
    use."""
    asked = {question.source for question in questions}
    configuration = configuration_in_force(principal, sources=() if asked == {""} else asked, is_candidate=is_candidate)
    with tenant_transaction(principal.tenant_id):
        evaluation = Evaluation.objects.create(
            tenant_id=principal.tenant_id,
            name=name,
            set_name=set_name,
            source_slug=source,
            actor=actor,
            configuration={**configuration, "extra_columns_allowed": extra_columns_allowed, CANDIDATE: is_candidate},
            questions=len(questions),
        )
        audit.record("evaluation.begun", actor=actor, subject=str(evaluation.id), set=set_name)
    return evaluation


def carry_on(
    principal: Principal,
    evaluation: Evaluation,
    questions: Sequence[EvaluationQuestion],
    *,
    progress: Progress | None = None,
    until: float | None = None,
) -> Scores | None:
    """Asks what was not asked yet, each question stored as it ends; None where `until` (of the monotonic clock) came
    first.

    What goes wrong with one question is its verdict; interrupted, the evaluation keeps its cases and has no scores.
    Raises QuotaExceeded or TenantSuspended where nothing more may be asked, and IntegrityError where another process
    is asking the same questions.
    """
    with tenant_transaction(principal.tenant_id):
        done = set(evaluation.cases.values_list("key", flat=True))
    golds = GoldReader(principal=principal)
    extra, is_candidate = (bool(evaluation.configuration.get(name)) for name in ("extra_columns_allowed", CANDIDATE))
    left = [question for question in questions if storable(question.key) not in done]
    for number, question in enumerate(left, start=len(done) + 1):
        if until is not None and time.monotonic() > until:
            return None
        case = ask_case(principal, question, golds=golds, extra_columns_allowed=extra, is_candidate=is_candidate)
        with tenant_transaction(principal.tenant_id):
            _stored(case, question, evaluation=evaluation, number=number).save(force_insert=True)
            evaluation.seen_at = database_now()
            evaluation.save(update_fields=["seen_at"])
        if progress is not None:
            progress(number, len(questions))
    return _end(evaluation, actor=principal.actor)


def _end(evaluation: Evaluation, *, actor: str) -> Scores:
    with tenant_transaction(evaluation.tenant_id):
        stored = evaluation.cases.order_by("number").values(*JUDGED)
        cases = [JudgedCase(**{**case, "violations": tuple(case["violations"])}) for case in stored]
        scores = scores_of(cases)
        evaluation.scores, evaluation.ended_at = as_json(scores), timezone.now()
        evaluation.save(update_fields=["scores", "ended_at"])
        audit.record("evaluation.ended", actor=actor, subject=str(evaluation.id), cases=len(cases))
    return scores


def compare(before: Evaluation, after: Evaluation) -> EvaluationComparison:
    with tenant_transaction(after.tenant_id):
        return compared(_ended(before), _ended(after))


def find(tenant_id: UUID, evaluation_id: UUID) -> Evaluation:
    """Raises NotFound."""
    with tenant_transaction(tenant_id):
        return existing(Evaluation.objects.filter(id=evaluation_id).first(), "There is no such evaluation.")


def earlier(evaluation: Evaluation) -> "QuerySet[Evaluation]":
    """Those of the same set and source that came to their end, the latest first. Needs an open scope."""
    return Evaluation.objects.filter(
        set_name=evaluation.set_name,
        source_slug=evaluation.source_slug,
        started_at__lt=evaluation.started_at,
        ended_at__isnull=False,
    ).order_by("-started_at")


def _ended(evaluation: Evaluation) -> dict[str, Ended]:
    """Its questions by their keys. Needs an open scope."""
    cases = evaluation.cases.only("key", "question", "verdict")
    return {case.key: Ended(question=case.question, verdict=case.verdict) for case in cases}


def _stored(case: AskedCase, question: EvaluationQuestion, *, evaluation: Evaluation, number: int) -> EvaluationCase:
    return EvaluationCase(
        tenant_id=evaluation.tenant_id,
        evaluation=evaluation,
        number=number,
        source_slug=case.source,
        run_id=case.run_id,
        sql=case.sql,
        golds=storable(question.golds),
        detail=storable(case.detail),
        **storable(asdict(case.judged)),
    )
