"""Knowledge that names what changed is marked, told, shown to admins, and cleared when somebody has looked."""

from datetime import UTC, datetime

import pytest

from schema_index.embedding.embed_chunks import embed_pending
from schema_index.knowledge import knowledge, references
from schema_index.models import DataSource, Document, FaqEntry, Reference, StaleMark, SubjectKind
from schema_index.sources import upsert
from schema_index.syncing.snapshots import sync
from tenants.context import tenant_transaction
from tenants.models import AuditEvent, Tenant
from tests.conftest import NewSource
from tests.integration.conftest import CountingEmbedder, ask
from tests.pages import operating
from tests.stored import alter, only_row, save_faq

TODAY = datetime.now(UTC).date().isoformat()


@pytest.fixture
def source(tenant: Tenant, copied_source: NewSource) -> DataSource:
    """The shop, synced without its values, with three entries that name parts of it and one that names none."""
    return copied_source(tenant, "knowledge of the shop", _known)


def _known(source: DataSource) -> DataSource:
    sync(source.tenant_id, source_id=source.id, actor="system:test")
    with tenant_transaction(source.tenant_id):
        knowledge.save_faq(
            question="What is revenue?", answer="The sum of orders.total.", actor="system:test", source=source
        )
        knowledge.save_faq(question="What is paid?", answer="status = 'paid', of orders", actor="system:test")
        knowledge.save_faq(question="When do you open?", answer="At eight.", actor="system:test")
        knowledge.save_document(title="Customers", text="Each customer has a `city`.", actor="system:test")
    return source


def _change(source: DataSource, script: str) -> None:
    alter(source, script)
    sync(source.tenant_id, source_id=source.id, actor="system:test")


def _marks(tenant: Tenant) -> dict[str, str]:
    """Question or title → why it is stale."""
    with tenant_transaction(tenant.id):
        entries = [*FaqEntry.objects.all(), *Document.objects.all()]
        reasons = references.stale_reasons(entry.id for entry in entries)
        return {str(entry): reasons[entry.id] for entry in entries if entry.id in reasons}


def _references(tenant: Tenant) -> set[str]:
    with tenant_transaction(tenant.id):
        return {str(one) for one in Reference.objects.all()}


def test_a_renamed_column_makes_stale_what_names_it_and_nothing_else(tenant: Tenant, source: DataSource) -> None:
    assert _references(tenant) == {
        *("main.orders", "main.orders.total", "main.orders.status", "main.customers", "main.customers.city")
    }
    _change(source, "ALTER TABLE orders RENAME COLUMN total TO amount; ALTER TABLE customers ADD COLUMN age INT")
    assert _marks(tenant) == {"What is revenue?": f"orders.total was renamed to orders.amount on {TODAY}"}
    # What no longer exists is named by nobody; what came may be.
    assert "main.orders.total" not in _references(tenant)
    save_faq(tenant.id, "What is an age?", "customers.age in years")
    assert "main.customers.age" in _references(tenant)


@pytest.mark.parametrize(
    ("script", "marks"),
    [
        (
            "DROP TABLE orders",
            dict.fromkeys(["What is paid?", "What is revenue?"], f"orders was removed on {TODAY}"),
        ),
        (
            "ALTER TABLE orders RENAME TO purchases",
            dict.fromkeys(["What is paid?", "What is revenue?"], f"orders was renamed to purchases on {TODAY}"),
        ),
        (
            "ALTER TABLE customers DROP COLUMN city",
            {"Customers": f"customers.city was removed on {TODAY}"},
        ),
        (
            "ALTER TABLE orders DROP COLUMN status; ALTER TABLE orders ADD COLUMN status INTEGER",
            {"What is paid?": f"the type of orders.status changed from TEXT to INTEGER on {TODAY}"},
        ),
        ("CREATE TABLE more (id INTEGER); ALTER TABLE orders ADD COLUMN coupon TEXT", {}),
    ],
    ids=["table removed", "table renamed", "column removed", "type", "additions"],
)
def test_each_kind_of_change_is_told_in_plain_words(
    tenant: Tenant, source: DataSource, script: str, marks: dict[str, str]
) -> None:
    _change(source, script)
    assert _marks(tenant) == marks


def test_a_mark_goes_when_the_entry_is_saved_and_with_the_entry(tenant: Tenant, source: DataSource) -> None:
    _change(source, "DROP TABLE orders")
    save_faq(tenant.id, "What is revenue?", "What we earn.", source=source)
    assert set(_marks(tenant)) == {"What is paid?"}
    with tenant_transaction(tenant.id):
        knowledge.delete(FaqEntry.objects.get(question="What is paid?"), actor="system:test")
        assert not StaleMark.objects.exists()
        assert not Reference.objects.exclude(table="customers").exists()


def test_stale_knowledge_is_still_found_and_says_so(
    tenant: Tenant, source: DataSource, embedder: CountingEmbedder
) -> None:
    _change(source, "ALTER TABLE orders RENAME COLUMN total TO amount")
    embed_pending(tenant.id, embedder=embedder)
    found = ask(source, "What is revenue?", embedder, top_k=3)
    told = {hit.title: hit.stale_reason for hit in found.knowledge}
    assert told["What is revenue?"] == f"orders.total was renamed to orders.amount on {TODAY}"
    assert {reason for title, reason in told.items() if title != "What is revenue?"} <= {""}


def test_knowledge_written_before_the_first_sync_is_followed_from_then_on(
    tenant: Tenant, new_sqlite_source: NewSource
) -> None:
    source = new_sqlite_source(tenant, index_values=False)
    save_faq(tenant.id, "What is revenue?", "orders.total")
    assert _references(tenant) == set()
    sync(tenant.id, source_id=source.id, actor="system:test")
    assert _references(tenant) == {"main.orders", "main.orders.total"}
    assert _marks(tenant) == {}


def test_what_is_hidden_is_neither_referred_to_nor_told(tenant: Tenant, source: DataSource) -> None:
    _change(source, "ALTER TABLE orders RENAME COLUMN total TO amount")
    with tenant_transaction(tenant.id):
        known = DataSource.objects.get(id=source.id)
        upsert(
            slug=known.slug,
            password="",
            actor="system:test",
            hidden=["main.orders.amount", "main.customers"],
        )
    assert _marks(tenant) == {}
    assert _references(tenant) == {"main.orders", "main.orders.status"}


def test_another_tenant_sees_no_reference_and_no_mark(tenant: Tenant, other_tenant: Tenant, source: DataSource) -> None:
    _change(source, "DROP TABLE orders")
    with tenant_transaction(other_tenant.id):
        assert (Reference.objects.count(), StaleMark.objects.count()) == (0, 0)
        kinds = list(references.stale_ids(SubjectKind.FAQ))
    assert kinds == []


def test_admins_see_stale_entries_filter_them_and_say_that_they_are_right(tenant: Tenant, source: DataSource) -> None:
    _change(source, "ALTER TABLE orders RENAME COLUMN total TO amount")
    client = operating(tenant)
    faq = "/admin/schema_index/faqentry/"
    reason = f"orders.total was renamed to orders.amount on {TODAY}"

    page = client.get(faq, {"stale": "yes"}).content.decode()
    assert (reason in page, "What is revenue?" in page, "What is paid?" in page) == (True, True, False)
    assert "What is revenue?" not in client.get(faq, {"stale": "no"}).content.decode()
    of_source = client.get(f"/admin/schema_index/datasource/{source.id}/change/").content.decode()
    assert f"What is revenue?</a>: {reason}" in of_source

    entry = only_row(FaqEntry, tenant.id, question="What is revenue?")
    client.post(faq, {"action": "still_right", "_selected_action": [str(entry.id)]})

    assert _marks(tenant) == {}
    assert only_row(AuditEvent, tenant.id, action="knowledge.confirmed").subject == str(entry.id)
