"""FAQ entries and documents: their chunks follow them, whatever happens to them."""

from collections.abc import Callable

import pytest

from schema_index.embedding.embed_chunks import embed_pending
from schema_index.knowledge import knowledge
from schema_index.knowledge.knowledge import (
    MAX_ANSWER,
    MAX_DOCUMENT,
    KnowledgeExists,
    KnowledgeInvalid,
    KnowledgeNotFound,
)
from schema_index.models import Chunk, ChunkEmbedding, Document, FaqEntry, ReviewState
from tenants.context import tenant_transaction
from tenants.models import AuditEvent, Tenant
from tests.conftest import NewSource
from tests.integration.conftest import CountingEmbedder
from tests.stored import all_rows, save_faq

ACTOR = "user:7"


def _chunks(tenant: Tenant) -> set[tuple[str, str]]:
    with tenant_transaction(tenant.id):
        return set(Chunk.objects.values_list("title", "text"))


def test_an_entry_is_added_replaced_and_recorded(tenant: Tenant, embedder: CountingEmbedder) -> None:
    first = save_faq(tenant.id, "What is net?", "Gross minus tax.", actor=ACTOR)
    embed_pending(tenant.id, embedder=embedder)
    with tenant_transaction(tenant.id):
        second = knowledge.save_faq(question="What is net?", answer="Gross minus VAT.", actor=ACTOR)
        events = list(AuditEvent.objects.filter(action="faq.saved").values_list("actor", "subject"))
        assert FaqEntry.objects.count() == 1
    assert first.id == second.id
    assert events == [(ACTOR, str(first.id))] * 2
    assert _chunks(tenant) == {("What is net?", "What is net?\nGross minus VAT.")}
    embedder.calls.clear()
    embed_pending(tenant.id, embedder=embedder)
    assert embedder.texts == ["What is net?\nGross minus VAT."]


def test_saving_the_same_again_embeds_nothing(tenant: Tenant, embedder: CountingEmbedder) -> None:
    for _ in range(2):
        with tenant_transaction(tenant.id):
            knowledge.save_document(title="Terms", text="# Net\nGross minus tax.\n# Active\nBought.", actor=ACTOR)
        embed_pending(tenant.id, embedder=embedder)
    assert len(embedder.texts) == 2


def test_a_document_that_got_shorter_leaves_no_part_behind(tenant: Tenant, embedder: CountingEmbedder) -> None:
    with tenant_transaction(tenant.id):
        knowledge.save_document(title="Terms", text="# A\none\n# B\ntwo\n# C\nthree", actor=ACTOR)
    embed_pending(tenant.id, embedder=embedder)
    with tenant_transaction(tenant.id):
        knowledge.save_document(title="Terms", text="# A\none\n# C\nthree", actor=ACTOR)
        assert Document.objects.count() == 1
    assert {title for title, _ in _chunks(tenant)} == {"Terms > A", "Terms > C"}


def test_deleting_one_entry_leaves_the_others(tenant: Tenant) -> None:
    with tenant_transaction(tenant.id):
        gone = knowledge.save_document(title="Old", text="old", actor=ACTOR)
        knowledge.save_document(title="New", text="new", actor=ACTOR)
        knowledge.save_faq(question="Why?", answer="So.", actor=ACTOR)
        knowledge.delete(gone, actor=ACTOR)
    assert {title for title, _ in _chunks(tenant)} == {"New", "Why?"}


def test_an_entry_that_moves_to_a_source_leaves_the_tenants_and_the_other_source(
    tenant: Tenant, new_sqlite_source: NewSource
) -> None:
    one, two = (new_sqlite_source(tenant, slug=slug) for slug in ("one", "two"))
    for source in (None, one, two):
        with tenant_transaction(tenant.id):
            knowledge.save_faq(question="Why?", answer="So.", actor=ACTOR, source=source)
            found = list(Chunk.objects.values_list("source_id", flat=True))
        assert found == [source.id if source else None]


def test_equal_questions_of_two_tenants_are_two_entries(tenant: Tenant, other_tenant: Tenant) -> None:
    for one, answer in ((tenant, "Mine."), (other_tenant, "Theirs.")):
        save_faq(one.id, "Whose?", answer, actor=ACTOR)
    assert _chunks(tenant) == {("Whose?", "Whose?\nMine.")}
    assert _chunks(other_tenant) == {("Whose?", "Whose?\nTheirs.")}


@pytest.mark.parametrize(
    ("question", "answer"),
    [("", "So."), ("Why?", ""), ("w" * 501, "So."), ("Why?", "s" * (MAX_ANSWER + 1)), ("Why?", "s\0")],
    ids=["no question", "no answer", "long question", "long answer", "null character"],
)
def test_an_entry_that_is_empty_or_too_long_is_refused(tenant: Tenant, question: str, answer: str) -> None:
    with pytest.raises(KnowledgeInvalid), tenant_transaction(tenant.id):
        knowledge.save_faq(question=question, answer=answer, actor=ACTOR)
    assert _chunks(tenant) == set()


def test_a_document_past_its_bound_is_refused(tenant: Tenant) -> None:
    with pytest.raises(KnowledgeInvalid), tenant_transaction(tenant.id):
        knowledge.save_document(title="Long", text="t" * (MAX_DOCUMENT + 1), actor=ACTOR)


def test_a_long_answer_may_be_saved(tenant: Tenant) -> None:
    with tenant_transaction(tenant.id):
        knowledge.save_faq(question="Why?", answer="so " * 6_000, actor=ACTOR)
        texts = list(Chunk.objects.values_list("text", flat=True))
    assert len(texts) == 19
    assert max(len(text) for text in texts) <= 1_200


def test_only_what_is_reviewed_and_kept_has_chunks(tenant: Tenant, embedder: CountingEmbedder) -> None:
    entry = save_faq(tenant.id, "Why?", "So.", actor=ACTOR, review_state=ReviewState.PROPOSED)
    assert _chunks(tenant) == set()
    kept = {("Why?", "Why?\nSo.")}
    steps: list[tuple[Callable[[], None], set[tuple[str, str]]]] = [
        (lambda: knowledge.review(entry, state=ReviewState.REVIEWED, actor=ACTOR), kept),
        (lambda: knowledge.delete(entry, actor=ACTOR), set()),
        (lambda: knowledge.restore(entry, actor=ACTOR), kept),
        (lambda: knowledge.review(entry, state=ReviewState.PROPOSED, actor=ACTOR), set()),
    ]
    for change, chunks in steps:
        with tenant_transaction(tenant.id):
            change()
        embed_pending(tenant.id, embedder=embedder)
        assert _chunks(tenant) == chunks
        assert len(all_rows(ChunkEmbedding, tenant.id)) == len(chunks), "vectors go with their chunks"
    with tenant_transaction(tenant.id):
        knowledge.erase(entry, actor=ACTOR)
        assert not FaqEntry.objects.exists()
        actions = list(
            AuditEvent.objects.exclude(action="tenant.created").order_by("at").values_list("action", flat=True)
        )
    assert actions == [
        *("faq.saved", "faq.saved", "faq.deleted", "faq.saved", "faq.saved"),
        "faq.deleted",
        "faq.erased",
    ]


def test_a_deleted_entry_gives_its_name_free_and_comes_back_only_when_it_is(tenant: Tenant) -> None:
    with tenant_transaction(tenant.id):
        old = knowledge.save_document(title="Terms", text="old", actor=ACTOR)
        knowledge.delete(old, actor=ACTOR)
        new = knowledge.save_document(title="Terms", text="new", actor=ACTOR)
        assert new.id != old.id
    with pytest.raises(KnowledgeExists), tenant_transaction(tenant.id):
        knowledge.restore(old, actor=ACTOR)
    assert _chunks(tenant) == {("Terms", "Terms\nnew")}
    with tenant_transaction(tenant.id):
        knowledge.delete(new, actor=ACTOR)
        knowledge.restore(knowledge.find(Document, old.id, deleted=True), actor=ACTOR)
    assert _chunks(tenant) == {("Terms", "Terms\nold")}


def test_the_author_is_whoever_wrote_the_present_text(tenant: Tenant) -> None:
    with tenant_transaction(tenant.id):
        first = knowledge.save_faq(question="Why?", answer="So.", actor=ACTOR)
        again = knowledge.save_faq(question="Why?", answer="So.", actor="user:8", metadata={"team": "finance"})
        assert (again.author, again.content_hash) == (ACTOR, first.content_hash)
        changed = knowledge.save_faq(question="Why?", answer="Thus.", actor="user:8")
    assert (changed.author, changed.content_hash != first.content_hash) == ("user:8", True)
    assert changed.metadata == {"team": "finance"}, "what is not given stays"


def test_chunks_are_found_by_metadata_which_changes_without_a_new_vector(
    tenant: Tenant, other_tenant: Tenant, embedder: CountingEmbedder
) -> None:
    def titles(metadata: dict[str, object]) -> set[str]:
        with tenant_transaction(tenant.id):
            return set(
                Chunk.objects.filter(kind__in=["faq", "document"], metadata__contains=metadata).values_list(
                    "title", flat=True
                )
            )

    save_faq(other_tenant.id, "Theirs?", "So.", actor=ACTOR, metadata={"team": "finance"})
    with tenant_transaction(tenant.id):
        knowledge.save_faq(question="A?", answer="So.", actor=ACTOR, metadata={"team": "finance", "year": 2026})
        knowledge.save_document(title="B", text="# C\nx\n# D\ny", actor=ACTOR, metadata={"team": "sales"})
    embed_pending(tenant.id, embedder=embedder)
    assert titles({}) == {"A?", "B > C", "B > D"}
    assert titles({"team": "finance"}) == titles({"team": "finance", "year": 2026}) == {"A?"}
    assert titles({"team": "finance", "year": "2026"}) == titles({"team": "none"}) == set()
    embedder.calls.clear()
    with tenant_transaction(tenant.id):
        knowledge.save_document(title="B", text="# C\nx\n# D\ny", actor=ACTOR, metadata={"team": "finance"})
    embed_pending(tenant.id, embedder=embedder)
    assert titles({"team": "finance"}) == {"A?", "B > C", "B > D"}
    assert embedder.texts == []


def test_what_nobody_sees_is_not_stored(tenant: Tenant) -> None:
    save_faq(tenant.id, "Why\u200b \nnot?", "So\u202e.\x07", actor=ACTOR)
    assert _chunks(tenant) == {("Why not?", "Why not?\nSo.")}


@pytest.mark.parametrize(
    "metadata",
    [
        {"a": ["b"]},
        {"a": None},
        {"a": {"b": "c"}},
        {"": "b"},
        {"a" * 65: "b"},
        {"a": "b" * 201},
        {"a": "\0"},
        {"a": "\ud800"},
        {"a": float("nan")},
        {"a": 10**15},
        {str(number): "b" for number in range(17)},
    ],
)
def test_metadata_is_a_few_short_facts(tenant: Tenant, metadata: dict[str, object]) -> None:
    with pytest.raises(KnowledgeInvalid, match="etadata"), tenant_transaction(tenant.id):
        knowledge.save_faq(question="Why?", answer="So.", actor=ACTOR, metadata=metadata)
    assert _chunks(tenant) == set()


def test_an_entry_of_another_tenant_is_not_found(tenant: Tenant, other_tenant: Tenant) -> None:
    entry = save_faq(other_tenant.id, "Theirs?", "So.", actor=ACTOR)
    with pytest.raises(KnowledgeNotFound), tenant_transaction(tenant.id):
        knowledge.find(FaqEntry, entry.id)
