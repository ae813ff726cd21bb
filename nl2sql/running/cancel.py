"""Stops a run at its asker's word."""

from uuid import UUID

from django.utils import timezone

from nl2sql.models import Run, RunStatus
from nl2sql.running.close import STOPPED, end_without_work
from nl2sql.running.own_run import find, own_runs
from tenants import audit
from tenants.cancellation import Cancelled
from tenants.context import tenant_transaction
from tenants.domain_error import existing
from tenants.principal import Principal
from tenants.roles import Permission


def cancel(principal: Principal, run_id: UUID) -> Run:
    """One that waits is over at once; one at work is told, and ends within a second; one that is over stays as it is.

    Raises InsufficientScope or NotFound.
    """
    principal.require(Permission.ASK)
    with tenant_transaction(principal.tenant_id):
        run = own_runs(principal).select_for_update(of=("self",)).filter(id=run_id).first()
        run = existing(run, "There is no such run.")
        if run.is_at_work and run.cancel_requested_at is None:
            audit.record("question.cancelled", actor=principal.actor, subject=str(run.id))
            Run.objects.filter(id=run.id).update(cancel_requested_at=timezone.now())
        if run.status == RunStatus.QUEUED:
            end_without_work(run, code=Cancelled.code, message=STOPPED)
    return find(principal, run_id)
