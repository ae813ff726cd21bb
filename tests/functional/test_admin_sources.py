"""A source in the admin: its sync told, its connection tested, and its deletion with all that goes with it."""

import pytest
from django.test import Client

from schema_index.models import Chunk, DataSource, FaqEntry, Snapshot, SyncRun
from schema_index.syncing.snapshots import sync
from tenants.context import tenant_transaction
from tenants.models import AuditEvent, Tenant
from tests.conftest import Member, NewSource, database_file
from tests.functional.test_admin import SOURCES, text
from tests.pages import operating, staff, work_in
from tests.stored import alter, save_faq


@pytest.fixture
def operator(tenant: Tenant) -> Client:
    return operating(tenant)


def test_the_page_of_a_source_tells_its_last_sync_and_what_it_changed(
    operator: Client, tenant: Tenant, shop: DataSource
) -> None:
    alter(shop, 'ALTER TABLE orders RENAME COLUMN total TO amount; CREATE TABLE "<b>" (id INTEGER)')
    sync(shop.tenant_id, source_id=shop.id, actor="system:test")

    page = text(operator.get(f"{SOURCES}{shop.pk}/change/"))

    assert "done: 3 tables, 2 changes, for system:test" in page
    assert "column renamed: main.orders.total → main.orders.amount<br>" in page
    assert "table added: main.&lt;b&gt;" in page
    with tenant_transaction(shop.tenant_id):
        SyncRun.objects.update(state="running", done=1, total=3, current="orders")
    assert "running: 1 of 3 tables, at orders" in text(operator.get(f"{SOURCES}{shop.pk}/change/"))


@pytest.mark.parametrize("door", ["one", "several"])
def test_a_source_is_deleted_after_a_page_that_says_what_goes_with_it(
    operator: Client, shop: DataSource, door: str
) -> None:
    save_faq(shop.tenant_id, "Of the shop?", "Yes.", source=shop)
    save_faq(shop.tenant_id, "Of the tenant?", "Yes.")
    address = f"{SOURCES}{shop.pk}/delete/" if door == "one" else SOURCES
    fields = {} if door == "one" else {"action": "delete_selected", "_selected_action": [str(shop.pk)]}

    page = text(operator.get(address) if door == "one" else operator.post(address, fields))
    for told in ("The database itself is not touched", "Revisions of its schema: 1", "FAQ entries: 1", "Syncs: 1"):
        assert told.lower() in page.lower()
    assert "Are you sure" in page
    response = operator.post(address, {**fields, "post": "yes"}, follow=True)

    assert response.status_code == 200
    with tenant_transaction(shop.tenant_id):
        assert not any(model._default_manager.exists() for model in (DataSource, Snapshot, SyncRun))
        assert list(FaqEntry.objects.values_list("question", flat=True)) == ["Of the tenant?"]
        assert list(Chunk.objects.values_list("kind", flat=True)) == ["faq"]
        event = AuditEvent.objects.get(action="admin.deleted")
    assert event.subject == f"schema_index.DataSource:{shop.pk}"


def test_whoever_may_not_delete_a_source_does_not(owner: Member, shop: DataSource) -> None:
    client = staff(owner, "view_datasource", "change_datasource", "view_tenant")
    work_in(client, owner.tenant)

    assert client.post(f"{SOURCES}{shop.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(SOURCES, {"action": "delete_selected", "_selected_action": [str(shop.pk)], "post": "yes"})

    with tenant_transaction(shop.tenant_id):
        assert DataSource.objects.exists()


def test_a_connection_is_tested_and_the_outcome_told(
    operator: Client, tenant: Tenant, new_sqlite_source: NewSource
) -> None:
    sources = [new_sqlite_source(tenant, slug=slug) for slug in ("good", "gone")]
    database_file(tenant, "gone").unlink()

    page = text(
        operator.post(
            SOURCES,
            {"action": "test_connection", "_selected_action": [str(source.pk) for source in sources]},
            follow=True,
        )
    )

    assert "Good: The connection works (" in page
    assert "Gone: The file must be an existing database file" in page
