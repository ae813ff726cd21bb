"""Celery tasks about questions: they take ids, start on commit, and may run twice."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from nl2sql.curation.verified_staleness import explain_again, stale_ids
from nl2sql.evaluation import jobs
from nl2sql.evaluation.accepted_states import sentence, take_into_use
from nl2sql.metrics import UNTRIED
from nl2sql.models import Run, RunStatus, TenantModel, VerifiedQuery
from nl2sql.retention.sweep import Sweep
from nl2sql.running.close import close_left_behind, end_without_work, overdue_ids
from nl2sql.running.execute import execute
from nl2sql.running.hand_over import take_turns
from nl2sql.running.pool import submit
from tenants.context import tenant_transaction
from tenants.tenancy import all_tenants

_log = structlog.stdlib.get_logger(__name__)

TRIAL_S = 1_500
"""Of one trial of a model: below the half hour after which a message counts as lost and is sent again."""

SWEEP_S = 600.0
"""Of an hour: what is left goes with the next sweep."""

ONCE_MORE = {"max_retries": 1, "interval_start": 0.0, "interval_step": 0.2, "interval_max": 0.2}
"""A connection of the pool may have died with its broker, which is back since. No more: somebody waits for it."""

BATCH = 50
"""Queries of one message: at ten seconds each, well inside a task's time."""


# Acknowledged when it begins: a run is claimed once, so that a message which came again after its worker died would
# find nothing to do. Such a run is closed by whoever looks at it next.
@shared_task(ignore_result=True, acks_late=False, reject_on_worker_lost=False)
def execute_run(tenant_id: str, run_id: str) -> None:
    """Carry out a queued run, once: a message that comes again finds it claimed or over."""
    _carry_out(UUID(tenant_id), UUID(run_id))


def _carry_out(tenant_id: UUID, run_id: UUID) -> None:
    if not execute(tenant_id, run_id, ended=send_run):
        send_waiting(tenant_id)


@shared_task(ignore_result=True)
def close_runs_left_behind() -> None:
    """The schedule's: a run is carried out and ends in an outcome also where nobody looks at it."""
    for tenant in all_tenants():
        with tenant_transaction(tenant.id):
            for run_id in overdue_ids():
                close_left_behind(Run.objects.get(id=run_id))
        send_waiting(tenant.id)


def send_run(run: Run) -> None:
    """Have the run, or those behind one that is over, carried out when their turn has come, once the open transaction
    is committed: by a thread of this process where there are no separate workers. With the broker down, a run that is
    new ends at once; workers are told of the others the next time."""
    for run_id in take_turns():
        transaction.on_commit(partial(_send_or_end if run_id == run.id else _send, run.tenant_id, run_id))


def send_waiting(tenant_id: UUID) -> None:
    """Tell workers of runs whose turn has come, or whose message was lost; with the broker down, the next time."""
    with tenant_transaction(tenant_id):
        turns = take_turns()
    for run_id in turns:
        _send(tenant_id, run_id)


def _send_or_end(tenant_id: UUID, run_id: UUID) -> None:
    if not _send(tenant_id, run_id):
        with tenant_transaction(tenant_id):
            run = Run.objects.select_for_update().get(id=run_id)
            if run.status == RunStatus.QUEUED:
                end_without_work(run, message="No worker could be told of the question: ask again later.")


def _send(tenant_id: UUID, run_id: UUID) -> bool:
    if settings.ENVIRONMENT.embedded_worker:
        submit(partial(_carry_out, tenant_id, run_id))
        return True
    try:
        execute_run.apply_async((str(tenant_id), str(run_id)), retry_policy=ONCE_MORE)
    except OperationalError:
        _log.warning("the broker cannot be reached", run=str(run_id))
        return False
    return True


@shared_task(ignore_result=True)
def check_verified_queries(tenant_id: str, ids: list[str]) -> None:
    """Each query by itself: what cannot be explained is stale with its reason, and the next goes on."""
    for one in ids[:BATCH]:
        explain_again(UUID(tenant_id), UUID(one))


@shared_task(ignore_result=True)
def run_evaluation(tenant_id: str, evaluation_id: str) -> None:
    """A slice, and a message for the next one behind whatever else is waiting."""
    if jobs.carry_out(UUID(tenant_id), UUID(evaluation_id)):
        run_evaluation.delay(tenant_id, evaluation_id)


@shared_task(ignore_result=True)
def check_stale_queries() -> None:
    """The schedule's: what was stale may be green again, and a message may have been lost."""
    for tenant in all_tenants():
        if tenant.is_suspended:
            continue
        with tenant_transaction(tenant.id):
            request_checks(tenant.id, stale_ids(VerifiedQuery.objects.all()))


@shared_task(ignore_result=True)
def tell_untried() -> None:
    """The schedule's, and a worker's at its start: what this process answers with is recorded as in use, or told."""
    waiting = take_into_use()
    UNTRIED.set(len(waiting))
    if waiting:
        _log.warning("in use without a trial", detail=sentence(waiting))


@shared_task(ignore_result=True, soft_time_limit=TRIAL_S, time_limit=TRIAL_S + 60)
def try_model(tenant_id: str, model_id: str) -> None:
    """Asks the tenant's verified queries of a model that waits; takes it into use where nothing stands against it."""
    # It asks questions, and whatever asks questions may send tasks.
    from nl2sql.evaluation.trial import give_up, try_candidate  # noqa: PLC0415

    try:
        try_candidate(UUID(tenant_id), UUID(model_id))
    except SoftTimeLimitExceeded:
        give_up(UUID(tenant_id), UUID(model_id), why=f"it took longer than {TRIAL_S // 60} minutes.")


def request_trial(row: TenantModel) -> None:
    """Once the open transaction is committed. With the broker down the model waits until it is saved again."""
    transaction.on_commit(partial(try_model.delay, str(row.tenant_id), str(row.id)), robust=True)


@shared_task(ignore_result=True)
def sweep_expired() -> None:
    """The schedule's: what was kept long enough goes."""
    sweep = Sweep(seconds=SWEEP_S)
    for tenant in all_tenants():
        sweep.tenant(tenant)
    sweep.sessions()
    sweep.over()


def request_checks(tenant_id: UUID, ids: Sequence[UUID]) -> None:
    """Have the statements explained once the open transaction is committed; with the broker down, the schedule asks
    again for what is stale."""
    for start in range(0, len(ids), BATCH):
        batch = [str(one) for one in ids[start : start + BATCH]]
        transaction.on_commit(partial(check_verified_queries.delay, str(tenant_id), batch), robust=True)


def request_check(query: VerifiedQuery) -> None:
    request_checks(query.tenant_id, [query.id])
