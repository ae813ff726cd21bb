"""The embedded worker: a thread of this process on `memory://`, driven by commits alone."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from config.celery import app
from config.embedded_worker import embedded_worker
from schema_index.knowledge import knowledge
from schema_index.models import ChunkEmbedding, SyncRun
from schema_index.syncing import sync_runs
from schema_index.syncing.snapshots import sync
from schema_index.tasks import embed_tenant, resume_embedding, send_sync, sync_source
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import NewSource, database_file
from tests.stored import only_row, reread, save_faq
from tests.waiting import wait_for

# The worker tends the vector index as the owner of the tables.
pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def embedded_titles(tenant: Tenant) -> set[str]:
    with tenant_transaction(tenant.id):
        return set(ChunkEmbedding.objects.values_list("chunk__title", flat=True))


def test_a_sync_is_embedded_by_the_worker_after_its_commit(
    tenant: Tenant, new_sqlite_source: NewSource, quiet_queue: None
) -> None:
    source = new_sqlite_source(tenant)
    with embedded_worker():
        sync(tenant.id, source_id=source.id, actor="system:test")
        wait_for(lambda: embedded_titles(tenant) == {"main.customers", "main.orders"})


def test_a_sync_itself_can_be_the_workers_and_a_failed_one_does_not_stop_it(
    tenant: Tenant, new_sqlite_source: NewSource, quiet_queue: None
) -> None:
    missing, source = new_sqlite_source(tenant, slug="missing"), new_sqlite_source(tenant)
    database_file(tenant, "missing").unlink()
    with embedded_worker():
        sync_source.delay(str(tenant.id), str(uuid4()))
        with tenant_transaction(tenant.id):
            runs = [sync_runs.request(one, actor="system:test", send=send_sync) for one in (missing, source)]
        wait_for(lambda: embedded_titles(tenant) == {"main.customers", "main.orders"})
    assert reread(source).sync_error == ""
    assert reread(missing).sync_error.startswith("The file must be an existing database file")
    with tenant_transaction(tenant.id):
        states = [sync_runs.find(run.id).state for run in runs]
    assert states == ["failed", "done"]


def test_the_embedded_beat_has_due_sources_synced(
    tenant: Tenant, new_sqlite_source: NewSource, quiet_queue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = new_sqlite_source(tenant, sync_every=1)
    monkeypatch.setitem(app.conf.beat_schedule["schema_index.tasks.sync_due"], "schedule", 0.1)
    with embedded_worker():
        wait_for(lambda: reread(source).synced_at is not None)
    assert only_row(SyncRun, tenant.id).requested_by == "system:schedule"


def test_work_left_undone_is_found_when_a_worker_starts(
    tenant: Tenant, other_tenant: Tenant, quiet_queue: None
) -> None:
    for one in (tenant, other_tenant):
        save_faq(one.id, "Why?", "So.")
    # The process that was asked has died, and its queue with it.
    app.control.purge()
    resume_embedding.delay()
    with embedded_worker():
        wait_for(lambda: embedded_titles(tenant) == embedded_titles(other_tenant) == {"Why?"})


def test_nothing_is_asked_of_the_worker_by_a_transaction_that_failed(
    tenant: Tenant, quiet_queue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(embed_tenant, "delay", asked.append)
    with pytest.raises(ZeroDivisionError):
        _save_and_fail(tenant)
    assert asked == []
    with tenant_transaction(tenant.id):
        knowledge.save_faq(question="Why?", answer="So.", actor="system:test")
        assert asked == []
    assert asked == [str(tenant.id)]


def _save_and_fail(tenant: Tenant) -> None:
    with transaction.atomic():
        save_faq(tenant.id, "Why?", "So.")
        raise ZeroDivisionError
