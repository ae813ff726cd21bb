"""Celery tasks: they take ids, start on commit, and may run twice."""

import random
from uuid import UUID

import structlog
from celery import Task, shared_task
from django.db import transaction
from django.utils import timezone

from schema_index.embedding import backlog
from schema_index.embedding.embed_spaces import embed_spaces, has_work
from schema_index.embedding.retry import AskAgain, LeavePending
from schema_index.embedding.spaces import served_otherwise
from schema_index.indexing.keyword_index import refresh_frequencies
from schema_index.models import DataSource, SyncRun, SyncState
from schema_index.sources import open_connector
from schema_index.syncing import schedule, sync_runs
from schema_index.syncing.ddl_trigger import read_ddl_mark
from schema_index.syncing.snapshots import SyncInProgress, sync
from schema_index.vector_index.tend import IndexBuildFailed, tend
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.tenancy import all_tenants

_log = structlog.stdlib.get_logger(__name__)

BUSY_RETRY_S = 60.0
MAX_BUSY_RETRIES = 30
"""Half an hour behind other tenants' index builds; then the next embedding asks again."""

BEAT_S = 60
"""How often the schedule looks, in seconds: intervals are in minutes."""


@shared_task(ignore_result=True)
def embed_tenant(tenant_id: str, retries: int = 0) -> None:
    """Embed whatever the tenant has pending: the work list is in the database, so no message can lose any of it."""
    step = embed_spaces(UUID(tenant_id), retries=retries, spread=random.random())  # noqa: S311  jitter
    match step:
        case AskAgain():
            embed_tenant.apply_async((tenant_id, step.retries), countdown=step.delay_s)
        case LeavePending():
            _log.warning("texts are left without vectors until the next change, start or half hour", tenant=tenant_id)
        case None:
            tend_index.delay(tenant_id)


@shared_task(ignore_result=True)
def sync_source(tenant_id: str, run_id: str) -> None:
    """Carry out a queued run, once: a message that comes again finds it ended. A failed sync is recorded on the source
    and the run, where its admins see it; another message would not mend it."""
    with tenant_transaction(UUID(tenant_id)):
        run = SyncRun.objects.filter(id=run_id).first()
    if run is None or run.state not in (SyncState.QUEUED, SyncState.RUNNING):
        return
    try:
        sync(UUID(tenant_id), source_id=run.source_id, actor=run.requested_by, run_id=run.id)
    except SyncInProgress as error:
        if run.state == SyncState.QUEUED:
            with tenant_transaction(UUID(tenant_id)):
                sync_runs.fail(run.id, error=error.message)
    except DomainError as error:
        _log.warning("sync failed", tenant=tenant_id, source=str(run.source_id), code=error.code)


@shared_task(ignore_result=True)
def sync_due() -> None:
    """The schedule's one task: whatever is due is handed to workers; nothing is read here."""
    now = timezone.now()
    for tenant in all_tenants():
        if tenant.is_suspended:
            continue
        with tenant_transaction(tenant.id):
            schedule.request_due(now=now, send=send_sync)
            schedule.resend_lost(now=now, send=send_sync)
            sources = schedule.watched()
        for source in sources:
            # A look that had to wait is worth nothing: the next one is already asked for.
            check_ddl.apply_async((str(tenant.id), str(source.id)), expires=BEAT_S)


@shared_task(ignore_result=True)
def check_ddl(tenant_id: str, source_id: str) -> None:
    """Sync the source if its DDL trigger has noted a change since the last sync began."""
    with tenant_transaction(UUID(tenant_id)):
        source = DataSource.objects.filter(id=source_id, watch_ddl=True).first()
    if source is None:
        return
    try:
        mark = read_ddl_mark(open_connector(source))
    except DomainError as error:
        _log.warning("trigger not read", tenant=tenant_id, source=source_id, code=error.code)
        return
    if mark is not None and mark != source.ddl_mark:
        with tenant_transaction(UUID(tenant_id)):
            sync_runs.request(source, actor=schedule.ACTOR, send=send_sync)


def send_sync(run: SyncRun) -> None:
    """Have a worker carry out the run once the open transaction is committed; with the broker down, it stays queued
    until the schedule asks again."""
    tenant_id, run_id = str(run.tenant_id), str(run.id)
    transaction.on_commit(lambda: sync_source.delay(tenant_id, run_id), robust=True)


@shared_task(ignore_result=True)
def resume_embedding() -> None:
    """After a start and every half hour: ask for what is left, whose messages may have died with their process."""
    for tenant in all_tenants():
        if (space := served_otherwise(tenant.id)) is not None:
            _log.warning("served by another model than the settings name", tenant=tenant.slug, model=str(space))
        if has_work(tenant.id):
            embed_tenant.delay(str(tenant.id))


@shared_task(ignore_result=True)
def measure_backlog() -> None:
    """The schedule's: what Prometheus reads of the texts that wait."""
    backlog.measure_backlog(all_tenants())


def request_embedding(tenant_id: UUID) -> None:
    """Have the tenant's pending chunks embedded once the open transaction is committed.

    Robust: with the broker down the stored change stands, and its chunks wait for the next request or start.
    """
    transaction.on_commit(lambda: embed_tenant.delay(str(tenant_id)), robust=True)


@shared_task(bind=True, max_retries=MAX_BUSY_RETRIES, ignore_result=True)
def tend_index(self: "Task[[str], None]", tenant_id: str) -> None:
    """Count words again, and build, rebuild or drop the tenant's vector index. Runs twice without harm."""
    with tenant_transaction(UUID(tenant_id)):
        refresh_frequencies()
    try:
        done = tend(UUID(tenant_id))
    except IndexBuildFailed as error:
        # Searches stay exact meanwhile; the next embedding, or an operator, asks again.
        _log.warning("vector index not built", tenant=tenant_id, reason=error.message)
        return
    if done.is_busy:
        raise self.retry(countdown=BUSY_RETRY_S)
