"""FAQ entries and documents on the page: written, uploaded, changed, deleted, brought back, with how far they are."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from schema_index.embedding.embed_chunks import embed_pending
from schema_index.embedding.minilm import MiniLMEmbedder
from schema_index.models import DataSource, Document, FaqEntry
from tenants.context import tenant_transaction
from tests.conftest import Member, leave_embedding_work
from tests.pages import of, words
from tests.pdf_files import pdf_of
from tests.stored import save_document, save_faq

NET = {"question": "What is net revenue?", "answer": "Gross less refunds.", "review_state": "reviewed"}
TERMS = {"title": "Terms", "text": "# Net\nGross less refunds.\n# Gross\nAll of it.", "review_state": "reviewed"}


def test_an_entry_is_written_embedded_changed_deleted_and_brought_back(owner: Member, shop: DataSource) -> None:
    client = of(owner)
    assert "No FAQ entry yet" in words(client.get("/knowledge"))
    saved = client.post("/knowledge/faq/new", {**NET, "data_source": "shop"})
    address = saved["Location"]
    assert "embedding: 0 of 1 found by its words until then" in words(client.get(address))
    embed_pending(owner.tenant.id, embedder=MiniLMEmbedder())
    assert "What is net revenue? Shop · changed just now by olive embedded" in words(client.get("/knowledge"))
    assert "Nothing found for “gross”" in words(client.get("/knowledge?q=gross"))

    client.post(address, {**NET, "answer": "Less refunds.\r\nAlways.", "review_state": "rejected"})
    with tenant_transaction(owner.tenant.id):
        entry = FaqEntry.objects.get()
        assert (entry.answer, entry.source, entry.review_state) == ("Less refunds.\nAlways.", None, "rejected")
    assert "rejected not found by questions" in words(client.get("/knowledge"))

    assert "No FAQ entry yet" in words(client.post(f"{address}/delete", follow=True))
    assert client.get(address).status_code == 404
    assert "What is net revenue?" in words(client.get("/knowledge?deleted"))
    assert "It is back, as it was." in words(client.post(f"{address}/restore", follow=True))


def test_a_document_is_uploaded_read_and_its_sections_counted(owner: Member, shop: DataSource) -> None:
    client = of(owner)
    pdf = pdf_of([(20.0, "Net revenue"), (10.0, "Gross minus refunds.")])
    file = SimpleUploadedFile("rules.pdf", pdf)
    saved = client.post("/knowledge/documents/new", {"file": file, "review_state": "proposed"}, follow=True)
    assert "Questions do not find it in this state." in words(saved)
    assert "Gross minus refunds." in saved.content.decode()
    client.post("/knowledge/documents/new", TERMS)
    embed_pending(owner.tenant.id, embedder=MiniLMEmbedder())
    with tenant_transaction(owner.tenant.id):
        leave_embedding_work()
    shown = words(client.get("/knowledge/documents"))
    assert re.search(r"Terms .* (embedded 2 sections|embedding refused found by its words alone)", shown)


@pytest.mark.parametrize(
    ("address", "sent", "told"),
    [
        ("faq/new", {**NET, "answer": ""}, "This field is required."),
        ("faq/new", {**NET, "question": "a\x1bb"}, "Control characters are not text"),
        ("faq/new", {**NET, "data_source": "nowhere"}, "Select a valid choice"),
        ("faq/new", NET, "There is an entry with this question already: change that one."),
        ("documents/new", {"title": "T", "review_state": "reviewed"}, "Write the text, or choose a file."),
        ("documents/new", {"text": "T", "review_state": "reviewed"}, "A text needs a title."),
        ("documents/new", {"file": "a.exe", "review_state": "reviewed"}, "Files of this kind are not read"),
    ],
)
def test_what_cannot_be_kept_is_told_and_nothing_is_lost(
    owner: Member, address: str, sent: dict[str, Any], told: str
) -> None:
    save_faq(owner.tenant.id, NET["question"], "Other.")
    if "file" in sent:
        sent = {**sent, "file": SimpleUploadedFile(sent["file"], b"MZ")}
    refused = of(owner).post(f"/knowledge/{address}", sent)
    assert (refused.status_code, told in words(refused)) == (422, True), words(refused)
    for text in (sent.get("answer"), sent.get("title")):
        assert not text or text in refused.content.decode()
    with tenant_transaction(owner.tenant.id):
        assert (FaqEntry.objects.count(), Document.objects.count()) == (1, 0)


def test_curators_alone_reach_it_and_another_tenant_finds_nothing(
    owner: Member, analyst: Member, outsider: Member
) -> None:
    faq = save_faq(owner.tenant.id, NET["question"], "Gross.")
    document = save_document(owner.tenant.id, "Terms", "Gross.")
    for kind, entry, other in (("faq", faq.id, document.id), ("documents", document.id, faq.id)):
        address = f"/knowledge/{kind}/{entry}"
        assert of(owner).get(f"/knowledge/{kind}/{other}").status_code == 404
        for place in ("", "/delete", "/restore"):
            assert of(analyst).post(address + place, NET).status_code == 403, place
            assert of(outsider).post(address + place, NET).status_code == 404, place
        assert of(outsider).get(address).status_code == 404
    assert "net revenue" not in words(of(outsider).get("/knowledge"))
    with tenant_transaction(owner.tenant.id):
        assert (FaqEntry.objects.get().deleted_at, FaqEntry.objects.get().answer) == (None, "Gross.")
