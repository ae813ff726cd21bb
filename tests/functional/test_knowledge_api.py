"""FAQ entries and documents over HTTP: the whole life of an entry, and every refusal in its one shape."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from schema_index.knowledge import knowledge
from schema_index.models import Chunk, DataSource, Document, FaqEntry
from tenants.context import tenant_transaction
from tenants.models import AuditEvent, Tenant
from tests.conftest import Member
from tests.functional.test_api_contract import assert_problem
from tests.pdf_files import pdf_of
from tests.stored import only_row

FAQ = "/api/v1/knowledge/faq"
DOCUMENTS = "/api/v1/knowledge/documents"
NET = {"question": "What is net revenue?", "answer": "Gross less refunds."}
TERMS = {"title": "Terms", "text": "# Net\nGross less refunds."}
BODIES: dict[str, dict[str, Any]] = {FAQ: NET, DOCUMENTS: TERMS}

CALLS = [
    (method, address + place, status)
    for address in (FAQ, DOCUMENTS)
    for method, place, status in (
        *(("get", "", 200), ("get", "/{id}", 200), ("put", "/{id}", 200), ("patch", "/{id}", 200)),
        *(("delete", "/{id}", 204), ("post", "/{id}/restore", 200), ("post", "", 201)),
    )
]
"""What its owner gets, in this order."""


def uploaded(name: str, data: bytes, **fields: str) -> dict[str, Any]:
    """As a form sends it."""
    return {"data": {"file": SimpleUploadedFile(name, data), **fields}, "format": "multipart"}


def titles(tenant: Tenant) -> set[str]:
    with tenant_transaction(tenant.id):
        return set(Chunk.objects.exclude(kind="table").values_list("title", flat=True))


@pytest.fixture
def ids(tenant: Tenant) -> dict[str, str]:
    """An entry of each kind, and a deleted one of each."""
    with tenant_transaction(tenant.id):
        kept: dict[str, FaqEntry | Document] = {
            FAQ: knowledge.save_faq(question="Kept?", answer="So.", actor="user:1"),
            DOCUMENTS: knowledge.save_document(title="Kept", text="text", actor="user:1"),
        }
        gone: dict[str, FaqEntry | Document] = {
            FAQ: knowledge.save_faq(question="Gone?", answer="So.", actor="user:1"),
            DOCUMENTS: knowledge.save_document(title="Gone", text="text", actor="user:1"),
        }
        knowledge.delete(gone[FAQ], actor="user:1")
        knowledge.delete(gone[DOCUMENTS], actor="user:1")
    return {
        **{f"{address}/{{id}}": f"{address}/{entry.id}" for address, entry in kept.items()},
        **{f"{address}/{{id}}/restore": f"{address}/{entry.id}/restore" for address, entry in gone.items()},
    }


def test_each_door_opens_to_its_tenant_and_to_no_other(owner: Member, outsider: Member, ids: dict[str, str]) -> None:
    def sent(member: Member, method: str, address: str) -> Any:
        known = None if method in ("get", "delete") or address.endswith("restore") else BODIES
        body = known and known[FAQ if address.startswith(FAQ) else DOCUMENTS]
        return getattr(member.client, method)(ids.get(address, address), body)

    for method, address, _ in CALLS:
        if "{id}" in address:
            assert_problem(sent(outsider, method, address), status=404, code="not_found")
        elif method == "get":
            assert sent(outsider, method, address).json() == {"items": [], "next": None}
    assert titles(owner.tenant) == {"Kept?", "Kept"}, "nothing of this changed anything"
    for method, address, status in CALLS:
        assert sent(owner, method, address).status_code == status, (method, address)


def test_an_faq_entry_lives_through_every_door(owner: Member, shop: DataSource) -> None:
    body = {**NET, "data_source": "shop", "metadata": {"team": "finance", "year": 2026}}

    response = owner.client.post(FAQ, body)

    entry = response.json()
    assert (response.status_code, response["Location"]) == (201, f"{FAQ}/{entry['id']}")
    stored = only_row(FaqEntry, owner.tenant.id)
    assert entry == {
        "id": str(stored.id),
        **body,
        "review_state": "proposed",
        "reviewer": "",
        "reviewed_at": None,
        "author": entry["author"],
        "content_hash": stored.content_hash,
        "origin_uri": "",
        "origin_hash": "",
        "created_at": entry["created_at"],
        "updated_at": entry["updated_at"],
        "deleted_at": None,
        "links": {"self": f"{FAQ}/{stored.id}"},
    }
    assert entry["author"].startswith("key:")
    assert titles(owner.tenant) == set(), "nobody has reviewed it"
    own = response["Location"]
    approved = owner.client.patch(own, {"review_state": "reviewed"}).json()
    decided = {"review_state": "reviewed", "reviewer": entry["author"], "reviewed_at": approved["reviewed_at"]}
    assert {**approved, "updated_at": 0} == {**entry, **decided, "updated_at": 0}
    assert approved["reviewed_at"]
    rejected = owner.client.patch(own, {"review_state": "rejected"}).json()
    assert (rejected["review_state"], titles(owner.tenant)) == ("rejected", set())
    assert rejected["reviewed_at"] > approved["reviewed_at"]
    owner.client.patch(own, {"review_state": "reviewed"})
    assert titles(owner.tenant) == {NET["question"]}
    replaced = owner.client.put(own, {**NET, "answer": "Other."}).json()
    assert (replaced["answer"], replaced["data_source"], replaced["metadata"]) == ("Other.", None, {})
    assert replaced["review_state"] == "proposed", "a whole new text waits for its review"
    assert owner.client.delete(own).status_code == 204
    assert_problem(owner.client.get(own), status=404, code="not_found")
    assert owner.client.get(FAQ).json()["items"] == []
    (gone,) = owner.client.get(FAQ, {"deleted": "true"}).json()["items"]
    assert gone["deleted_at"] is not None
    assert owner.client.post(f"{own}/restore", {}).json()["deleted_at"] is None
    with tenant_transaction(owner.tenant.id):
        actions = AuditEvent.objects.filter(subject=entry["id"]).order_by("at").values_list("action", flat=True)
        assert list(actions) == ["faq.saved"] * 5 + ["faq.deleted", "faq.saved"]


def test_a_document_comes_as_text_or_as_a_file(owner: Member) -> None:
    html = {"text": "<h1>Net</h1><p hidden>no</p><p>Gross less refunds.", "format": "html"}
    response = owner.client.post(DOCUMENTS, html)
    assert response.status_code == 201, response.content
    document = response.json()
    assert (document["title"], document["text"]) == ("Net", "# Net\n\nGross less refunds.")

    pdf = pdf_of([(20.0, "Rules"), (10.0, "Paid, not ordered.")])
    fields = {"metadata": '{"team": "finance"}', "review_state": "reviewed"}
    response = owner.client.post(DOCUMENTS, **uploaded("r.pdf", pdf, **fields))
    assert response.status_code == 201, response.content
    rules = response.json()
    assert (rules["title"], rules["text"]) == ("Rules", "# Rules\n\nPaid, not ordered.")
    assert (rules["metadata"], rules["characters"]) == ({"team": "finance"}, 27)
    assert titles(owner.tenant) == {"Rules"}

    changed = owner.client.patch(rules["links"]["self"], **uploaded("r.md", b"# Rules\n## Refunds\nx")).json()
    assert (changed["title"], changed["metadata"]) == ("Rules", {"team": "finance"})
    assert titles(owner.tenant) == {"Rules > Refunds"}
    found = owner.client.get(DOCUMENTS).json()["items"]
    assert [item["title"] for item in found] == ["Rules", "Net"]
    assert all("text" not in item for item in found)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("r.pdf", b"%PDF-1.7 none", "This is no PDF"),
        ("r.pdf", pdf_of([]), "holds no text, only pictures"),
        ("r.docx", b"PK", "Files of this kind are not read"),
        ("r.html", b"<script>x</script>", "holds no text"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(owner: Member, name: str, data: bytes, reason: str) -> None:
    refused = owner.client.post(DOCUMENTS, **uploaded(name, data))
    body = assert_problem(refused, status=422, code="document_unreadable")
    assert reason in body["detail"]
    assert owner.client.get(DOCUMENTS).json()["items"] == []


@pytest.mark.parametrize(
    ("address", "body", "field"),
    [
        (FAQ, {"question": "Why?"}, "answer"),
        (FAQ, {**NET, "question": " "}, "question"),
        (FAQ, {**NET, "question": "x" * 501}, "question"),
        (FAQ, {**NET, "answer": "x" * 20_001}, "answer"),
        (FAQ, {**NET, "answer": "a\x00"}, "answer"),
        (FAQ, {**NET, "answer": "a\x1b"}, "answer"),
        (FAQ, {**NET, "answer": 5}, "answer"),
        (FAQ, {**NET, "metadata": {"a": [1]}}, "metadata"),
        (FAQ, {**NET, "metadata": '{"a": "b"}'}, "metadata"),
        (FAQ, {**NET, "review_state": "approved"}, "review_state"),
        (FAQ, {**NET, "data_source": "no slug!"}, "data_source"),
        (DOCUMENTS, {"text": "no heading"}, "title"),
        (DOCUMENTS, {"title": "Terms"}, "text"),
        (DOCUMENTS, {**TERMS, "title": "x" * 301}, "title"),
        (DOCUMENTS, {**TERMS, "format": "pdf"}, "format"),
    ],
)
def test_what_is_no_entry_is_told_so(owner: Member, address: str, body: Any, field: str) -> None:
    problem = assert_problem(owner.client.post(address, body), status=400, code="invalid_request")
    assert problem["errors"][0]["field"] == field


def test_addresses_are_never_fetched(owner: Member) -> None:
    for field in ("url", "uri", "origin_uri", "address"):
        for address, body in BODIES.items():
            sent = owner.client.post(address, {**body, field: "http://169.254.169.254/latest"})
            assert_problem(sent, status=400, code="unknown_field")


def test_what_is_there_already_is_not_overwritten(owner: Member, ids: dict[str, str]) -> None:
    for address, body in ((FAQ, {**NET, "question": "Kept?"}), (DOCUMENTS, {**TERMS, "title": "Kept"})):
        assert_problem(owner.client.post(address, body), status=409, code="already_exists")
        other = owner.client.post(address, BODIES[address]).json()["links"]["self"]
        assert_problem(owner.client.patch(other, body), status=409, code="already_exists")
    for address, body in ((FAQ, {**NET, "question": "Gone?"}), (DOCUMENTS, {**TERMS, "title": "Gone"})):
        assert owner.client.post(address, body).status_code == 201
        taken = owner.client.post(ids[f"{address}/{{id}}/restore"], {})
        assert_problem(taken, status=409, code="already_exists")


def test_sources_and_entries_of_nobody_are_not_found(owner: Member, ids: dict[str, str]) -> None:
    body = {**NET, "data_source": "nothing"}
    assert_problem(owner.client.post(FAQ, body), status=404, code="not_found")
    assert_problem(owner.client.get(f"{FAQ}/{uuid4()}"), status=404, code="not_found")
    kept = ids[f"{FAQ}/{{id}}"]
    assert_problem(owner.client.post(f"{kept}/restore", {}), status=404, code="not_found")
    document = ids[f"{DOCUMENTS}/{{id}}"].rsplit("/", 1)[1]
    assert_problem(owner.client.get(f"{FAQ}/{document}"), status=404, code="not_found")


def test_pages_hold_every_entry_once_and_filters_choose(owner: Member, shop: DataSource) -> None:
    with tenant_transaction(owner.tenant.id):
        for number in range(5):
            knowledge.save_faq(
                question=f"Q{number}?",
                answer="So.",
                actor="user:1",
                source=shop if number % 2 else None,
                metadata={"n": number, "team": "finance"},
                review_state="reviewed" if number else "proposed",
            )

    def questions(**query: str | int) -> list[str]:
        found, cursor = [], None
        while True:
            reply = owner.client.get(FAQ, {**query, **({"cursor": cursor} if cursor else {})}).json()
            found += [item["question"] for item in reply["items"]]
            cursor = reply["next"]
            if cursor is None:
                return found

    everything = [f"Q{number}?" for number in (4, 3, 2, 1, 0)]
    assert questions() == questions(limit=2) == questions(limit=5) == everything
    assert questions(data_source="shop", limit=1) == ["Q3?", "Q1?"]
    assert questions(review_state="proposed") == ["Q0?"]
    assert questions(metadata='{"n": 2, "team": "finance"}') == ["Q2?"]
    assert questions(metadata='{"team": "sales"}') == []
    for wrong in ({"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"metadata": "{"}, {"deleted": "perhaps"}):
        problem = assert_problem(owner.client.get(FAQ, wrong), status=400, code="invalid_request")
        assert problem["errors"][0]["field"] == next(iter(wrong))


def test_bodies_are_bounded(owner: Member) -> None:
    long = owner.client.post(FAQ, {**NET, "metadata": {"a": "x" * 300_000}})
    assert_problem(long, status=413, code="payload_too_large")
    assert owner.client.post(DOCUMENTS, {**TERMS, "text": "x " * 200_000}).status_code == 201
    large = owner.client.post(DOCUMENTS, **uploaded("a.txt", b"x" * 21_500_000))
    assert_problem(large, status=413, code="payload_too_large")
    form = owner.client.post(DOCUMENTS, "title=x", content_type="application/x-www-form-urlencoded")
    assert_problem(form, status=415, code="unsupported_media_type")
    broken = owner.client.post(DOCUMENTS, b"--x\r\nnothing", content_type="multipart/form-data; boundary=x")
    assert_problem(broken, status=400, code="invalid_request")
