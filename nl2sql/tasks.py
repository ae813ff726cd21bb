"""Celery tasks about questions: they take ids, start on commit, and may run twice."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from celery import shared_task
from django.db import transaction

from nl2sql.models import VerifiedQuery
from nl2sql.verified_staleness import explain_again, stale_ids
from tenants.context import tenant_transaction
from tenants.tenancy import all_tenants

BATCH = 50
"""Queries of one message: at ten seconds each, well inside a task's time."""


@shared_task(ignore_result=True)
def check_verified_queries(tenant_id: str, ids: list[str]) -> None:
    """Each query by itself: what cannot be explained is stale with its reason, and the next goes on."""
    for one in ids[:BATCH]:
        explain_again(UUID(tenant_id), UUID(one))


@shared_task(ignore_result=True)
def check_stale_queries() -> None:
    """The schedule's: what was stale may be green again, and a message may have been lost."""
    for tenant in all_tenants():
        if tenant.is_suspended:
            continue
        with tenant_transaction(tenant.id):
            request_checks(tenant.id, stale_ids(VerifiedQuery.objects.all()))


def request_checks(tenant_id: UUID, ids: Sequence[UUID]) -> None:
    """Have the statements explained once the open transaction is committed; with the broker down, the schedule asks
    again for what is stale."""
    for start in range(0, len(ids), BATCH):
        batch = [str(one) for one in ids[start : start + BATCH]]
        transaction.on_commit(partial(check_verified_queries.delay, str(tenant_id), batch), robust=True)


def request_check(query: VerifiedQuery) -> None:
    request_checks(query.tenant_id, [query.id])
