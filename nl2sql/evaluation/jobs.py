"""Evaluations that go on after the answer: asked for at a door, carried out by a worker in slices."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Literal
from uuid import UUID

from django.db import IntegrityError, transaction

from nl2sql.evaluation.evaluate import ROLE, begin, carry_on, find
from nl2sql.evaluation.question_sources import evenly, kept_questions
from nl2sql.models import Evaluation
from schema_index.sources import pick
from tenants import audit
from tenants.clock import database_now
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.principal import Principal, principal_of_role

SLICE_S = 60.0
"""Seconds of one message: other work of the same worker waits no longer, and a question that outlasts it still fits
into a task's time."""

SILENCE = timedelta(minutes=30)
"""No question takes as long, so that whoever was asking has died."""

WORKER = "system:evaluation"

State = Literal["running", "done", "failed", "interrupted"]


class EvaluationUnderWay(DomainError):
    """One evaluation of a tenant at a time: wait for its end."""

    code = "in_progress"


def state_of(evaluation: Evaluation) -> State:
    if evaluation.ended_at is not None:
        return "done"
    if evaluation.error:
        return "failed"
    return "interrupted" if database_now() - evaluation.seen_at > SILENCE else "running"


def start(
    principal: Principal,
    *,
    set_name: str,
    data_source: str | None,
    name: str,
    limit: int | None,
    extra_columns_allowed: bool,
    send: Callable[[str, str], object],
) -> Evaluation:
    """The evaluation, which a worker carries out once `send` has its tenant's id and its own.

    Raises DataSourceNotFound, NothingKept or EvaluationUnderWay.
    """
    source = ""
    with tenant_transaction(principal.tenant_id):
        if data_source:
            source = pick(data_source).slug
        if any(state_of(one) == "running" for one in Evaluation.objects.filter(ended_at=None, error="")):
            raise EvaluationUnderWay("Another evaluation is under way: wait for its end.")
    questions = evenly(kept_questions(set_name, tenant_id=principal.tenant_id, source=source), limit=limit)
    evaluation = begin(
        _worker(principal.tenant_id),
        questions,
        set_name=set_name,
        name=name,
        source=source,
        extra_columns_allowed=extra_columns_allowed,
        actor=principal.actor,
    )
    with tenant_transaction(principal.tenant_id):
        transaction.on_commit(partial(send, str(principal.tenant_id), str(evaluation.id)))
    return evaluation


def carry_out(tenant_id: UUID, evaluation_id: UUID) -> bool:
    """One slice; whether another has to follow. A message that comes again asks nothing twice."""
    evaluation = find(tenant_id, evaluation_id)
    if state_of(evaluation) in ("done", "failed"):
        return False
    try:
        kept = kept_questions(evaluation.set_name, tenant_id=tenant_id, source=evaluation.source_slug)
        questions = evenly(kept, limit=evaluation.questions)
        scores = carry_on(_worker(tenant_id), evaluation, questions, until=time.monotonic() + SLICE_S)
    except IntegrityError:
        return False  # the message came twice, and its other copy is at work
    except DomainError as error:
        with tenant_transaction(tenant_id):
            evaluation.error = error.message
            evaluation.save(update_fields=["error"])
            audit.record("evaluation.failed", actor=WORKER, subject=str(evaluation.id), code=error.code)
        return False
    return scores is None


def _worker(tenant_id: UUID) -> Principal:
    """Asks as analysts do, and is held up by no caller's own limits; the tenant's quota counts."""
    return principal_of_role(tenant_id, actor=WORKER, role=ROLE)
