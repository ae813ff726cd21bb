"""Knowledge in the admin: uploaded, approved, withdrawn, deleted, restored and erased."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from schema_index.knowledge import knowledge
from schema_index.models import Chunk, DataSource, Document, FaqEntry, ReviewState
from tenants.context import tenant_transaction
from tenants.models import AuditEvent, Tenant
from tests.functional.test_admin import delete_selected, operator, text
from tests.pages import work_in
from tests.pdf_files import pdf_of
from tests.stored import all_rows, only_row, save_document, save_faq

__all__ = ["operator"]

FAQ = "/admin/schema_index/faqentry/"
DOCUMENTS = "/admin/schema_index/document/"
FIELDS = {"title": "", "text": "", "source": "", "review_state": "reviewed", "metadata": '{"team": "finance"}'}


def _chunks(tenant: Tenant) -> set[str]:
    with tenant_transaction(tenant.id):
        return set(Chunk.objects.exclude(kind="table").values_list("title", flat=True))


def test_a_pdf_is_uploaded_and_its_text_replaced_by_a_pasted_one(operator: Client, tenant: Tenant) -> None:
    work_in(operator, tenant)
    file = SimpleUploadedFile("rules.pdf", pdf_of([(20.0, "Net revenue"), (10.0, "Gross minus refunds.")]))

    operator.post(f"{DOCUMENTS}add/", {**FIELDS, "file": file})

    document = only_row(Document, tenant.id)
    assert (document.title, document.text) == ("Net revenue", "# Net revenue\n\nGross minus refunds.")
    assert (document.review_state, document.metadata) == ("reviewed", {"team": "finance"})
    assert document.author.startswith("user:")
    assert _chunks(tenant) == {"Net revenue"}
    operator.post(f"{DOCUMENTS}{document.id}/change/", {**FIELDS, "title": "Rules", "text": "# A\nshort"})
    assert _chunks(tenant) == {"Rules > A"}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"file": SimpleUploadedFile("rules.pdf", b"%PDF-1.7\nnone")}, "This is no PDF"),
        ({"file": SimpleUploadedFile("rules.exe", b"MZ")}, "Files of this kind are not read"),
        ({"title": "Rules"}, "Upload a file, or fill in title and text."),
        ({"title": "Rules", "text": "x", "metadata": '{"a": [1]}'}, "Values in metadata are"),
        ({"title": "Known", "text": "x"}, "There is a document with this title already."),
    ],
)
def test_what_cannot_be_stored_is_told_at_its_field(
    operator: Client, tenant: Tenant, fields: dict[str, object], complaint: str
) -> None:
    save_document(tenant.id, "Known", "known")
    work_in(operator, tenant)

    page = text(operator.post(f"{DOCUMENTS}add/", {**FIELDS, **fields}))

    assert complaint in page
    assert len(all_rows(Document, tenant.id)) == 1


def test_entries_are_approved_deleted_restored_and_erased_together(operator: Client, tenant: Tenant) -> None:
    with tenant_transaction(tenant.id):
        for question in ("One?", "Two?"):
            knowledge.save_faq(
                question=question,
                answer="So.",
                actor="user:1",
                review_state=ReviewState.PROPOSED,
                metadata={"n": question},
            )
        keys = [str(key) for key in FaqEntry.objects.values_list("pk", flat=True)]
    work_in(operator, tenant)

    def run(action: str) -> None:
        operator.post(f"{FAQ}?kept=all", {"action": action, "_selected_action": keys})

    assert _chunks(tenant) == set()
    run("approve")
    assert _chunks(tenant) == {"One?", "Two?"}
    filtered = text(operator.get(f"{FAQ}?metadata=n%3DOne?"))
    assert ("1 faq entry" in filtered, ">One?</a>" in filtered) == (True, True)
    run("withdraw")
    assert _chunks(tenant) == set()
    run("approve")
    delete_selected(operator, "schema_index/faqentry", keys)
    assert _chunks(tenant) == set()
    page = text(operator.get(FAQ))
    assert ("0 FAQ entries" in page, page.count("In use")) == (True, 1)
    assert "2 FAQ entries" in text(operator.get(f"{FAQ}?kept=deleted"))
    run("restore")
    assert _chunks(tenant) == {"One?", "Two?"}
    run("erase")
    assert _chunks(tenant) == {"One?", "Two?"}, "only what was deleted is erased"
    delete_selected(operator, "schema_index/faqentry", keys)
    run("erase")
    assert all_rows(FaqEntry, tenant.id) == []
    assert len(all_rows(AuditEvent, tenant.id, action="faq.erased")) == 2


def test_an_entry_moves_to_a_source_of_the_tenant_alone(
    operator: Client, tenant: Tenant, shop: DataSource, other_tenant: Tenant
) -> None:
    entry = save_faq(tenant.id, "Why?", "So.")
    with tenant_transaction(other_tenant.id):
        foreign = DataSource.objects.create(
            tenant_id=other_tenant.id, slug="foreign", name="F", dialect="sqlite", database="f"
        )
    work_in(operator, tenant)
    fields = {"question": "Why?", "answer": "So.", "review_state": "reviewed", "metadata": "{}"}

    page = text(operator.post(f"{FAQ}{entry.id}/change/", {**fields, "source": str(foreign.id)}))
    assert "Select a valid choice" in page
    operator.post(f"{FAQ}{entry.id}/change/", {**fields, "source": str(shop.id)})

    assert only_row(Chunk, tenant.id, kind="faq").source_id == shop.id
