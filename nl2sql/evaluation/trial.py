"""A model that a tenant chose, tried on the tenant's verified queries before it is taken into use."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from nl2sql.evaluation.configuration import configuration_in_force
from nl2sql.evaluation.configuration_words import differences
from nl2sql.evaluation.evaluate import CANDIDATE, ROLE, compare, evaluate
from nl2sql.evaluation.gate import GateReport, decide
from nl2sql.evaluation.question_set import EvaluationQuestion, QuestionSetInvalid
from nl2sql.evaluation.question_sources import evenly, kept_questions
from nl2sql.evaluation.standing import TRIED
from nl2sql.model_access.tenant_models import promote
from nl2sql.models import Evaluation, TenantModel
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.models import Tenant
from tenants.principal import Principal, principal_of_role

SET = "verified"
MAX_QUESTIONS = 100
"""Asked twice at most, each for some seconds; of more, as many evenly spread."""


def try_candidate(tenant_id: UUID, model_id: UUID) -> None:
    """Does nothing where the candidate is another by now. What keeps the trial from its end is told on the candidate,
    which goes on waiting. No transaction is open while questions are asked."""
    if not _waits(tenant_id, model_id):
        return
    try:
        report, evaluation = _tried(tenant_id)
    except DomainError as error:
        give_up(tenant_id, model_id, why=error.message)
        return
    with tenant_transaction(tenant_id):
        row = TenantModel.objects.select_for_update(of=("self",)).filter(id=model_id, is_candidate=True).first()
        if row is None:
            return
        if report.is_refused:
            row.is_refused, row.report = True, report.message
            row.save(update_fields=["is_refused", "report", "updated_at"])
            return
        promote(row, report=report.message)
        if evaluation is not None:
            evaluation.configuration = {**evaluation.configuration, CANDIDATE: False}
            evaluation.save(update_fields=["configuration"])


def give_up(tenant_id: UUID, model_id: UUID, *, why: str) -> None:
    """The candidate goes on waiting, and says why; `why` is a sentence."""
    told = f"The trial did not come to its end: {why} Save the settings again for another."
    with tenant_transaction(tenant_id):
        TenantModel.objects.filter(id=model_id, is_candidate=True).update(report=told)


def _waits(tenant_id: UUID, model_id: UUID) -> bool:
    with tenant_transaction(tenant_id):
        return TenantModel.objects.filter(id=model_id, is_candidate=True, is_refused=False).exists()


def _tried(tenant_id: UUID) -> tuple[GateReport, Evaluation | None]:
    """Raises QuotaExceeded, TenantSuspended or whatever keeps a question from being asked at all."""
    with tenant_transaction(tenant_id):
        tenant = Tenant.objects.get(id=tenant_id)
    principal = principal_of_role(tenant.id, actor="system:trial", role=ROLE)
    try:
        known = kept_questions(SET, tenant_id=tenant_id, source="")
    except QuestionSetInvalid:  # the last of them went stale meanwhile
        return GateReport(is_refused=False, message="No verified query could be asked."), None
    questions = evenly(known, limit=MAX_QUESTIONS)
    before = _measured_before(principal, questions)
    after = _evaluated(principal, questions, is_candidate=True)
    changed = ", ".join(differences(before.configuration, after.configuration)) or "the model's settings"
    return decide(compare(before, after), change=changed, mode=settings.ENVIRONMENT.evaluation_gate), after


def _measured_before(principal: Principal, questions: Sequence[EvaluationQuestion]) -> Evaluation:
    """The last evaluation under what is in force, where it asked all of the questions; else one that is made now."""
    now = configuration_in_force(principal, sources={question.source for question in questions})
    with tenant_transaction(principal.tenant_id):
        ended = Evaluation.objects.filter(set_name=SET, source_slug="", ended_at__isnull=False)
        last = ended.exclude(TRIED).first()
        if last is not None and all(last.configuration.get(name) == value for name, value in now.items()):
            asked = set(last.cases.values_list("key", flat=True))
            if asked >= {question.key for question in questions}:
                return last
    return _evaluated(principal, questions, is_candidate=False)


def _evaluated(principal: Principal, questions: Sequence[EvaluationQuestion], *, is_candidate: bool) -> Evaluation:
    name = "a model that waits" if is_candidate else "before a change of model"
    return evaluate(principal, questions, set_name=SET, name=name, is_candidate=is_candidate)[0]
