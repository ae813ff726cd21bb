"""The embedded worker: a thread of this process on `memory://`, driven by commits alone."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from config.celery import app
from config.embedded_worker import embedded_worker
from schema_index import knowledge
from schema_index.models import ChunkEmbedding, DataSource
from schema_index.snapshots import sync
from schema_index.tasks import embed_tenant, resume_embedding, sync_source
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import database_file
from tests.integration.conftest import reread

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE_S = 30.0


@pytest.fixture
def quiet_queue() -> Iterator[None]:
    """No message of an earlier test is left in this process's queue."""
    app.control.purge()
    yield
    app.control.purge()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "the worker did not do it in time"
        time.sleep(0.05)


def embedded_titles(tenant: Tenant) -> set[str]:
    with tenant_transaction(tenant.id):
        return set(ChunkEmbedding.objects.values_list("chunk__title", flat=True))


def test_a_sync_is_embedded_by_the_worker_after_its_commit(
    tenant: Tenant, new_sqlite_source: Callable[..., DataSource], quiet_queue: None
) -> None:
    source = new_sqlite_source(tenant)
    with embedded_worker():
        sync(tenant.id, source_id=source.id, actor="system:test")
        wait_for(lambda: embedded_titles(tenant) == {"main.customers", "main.orders"})


def test_a_sync_itself_can_be_the_workers_and_a_failed_one_does_not_stop_it(
    tenant: Tenant, new_sqlite_source: Callable[..., DataSource], quiet_queue: None
) -> None:
    missing, source = new_sqlite_source(tenant, slug="missing"), new_sqlite_source(tenant)
    database_file(tenant, "missing").unlink()
    with embedded_worker():
        for one in (missing.id, uuid4(), source.id):
            sync_source.delay(str(tenant.id), str(one), "system:test")
        wait_for(lambda: embedded_titles(tenant) == {"main.customers", "main.orders"})
    assert reread(source).sync_error == ""
    assert reread(missing).sync_error.startswith("The file must be an existing database file")


def test_work_left_undone_is_found_when_a_worker_starts(
    tenant: Tenant, other_tenant: Tenant, quiet_queue: None
) -> None:
    for one in (tenant, other_tenant):
        with tenant_transaction(one.id):
            knowledge.save_faq(question="Why?", answer="So.", actor="system:test")
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
        with tenant_transaction(tenant.id):
            knowledge.save_faq(question="Why?", answer="So.", actor="system:test")
        raise ZeroDivisionError
