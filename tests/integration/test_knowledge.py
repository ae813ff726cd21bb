"""FAQ entries and documents: their chunks follow them, whatever happens to them."""

from collections.abc import Callable

import pytest

from schema_index import knowledge
from schema_index.embedding.embed_chunks import embed_pending
from schema_index.knowledge import MAX_ANSWER, MAX_DOCUMENT, KnowledgeInvalid
from schema_index.models import Chunk, ChunkKind, DataSource, Document, FaqEntry
from tenants.context import tenant_transaction
from tenants.models import AuditEvent, Tenant
from tests.integration.conftest import CountingEmbedder

pytestmark = pytest.mark.django_db(transaction=True)

ACTOR = "user:7"


def _chunks(tenant: Tenant) -> set[tuple[str, str]]:
    with tenant_transaction(tenant.id):
        return set(Chunk.objects.values_list("title", "text"))


def test_an_entry_is_added_replaced_and_recorded(tenant: Tenant, embedder: CountingEmbedder) -> None:
    with tenant_transaction(tenant.id):
        first = knowledge.save_faq(question="What is net?", answer="Gross minus tax.", actor=ACTOR)
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


def test_forgetting_one_entry_leaves_the_others(tenant: Tenant) -> None:
    with tenant_transaction(tenant.id):
        gone = knowledge.save_document(title="Old", text="old", actor=ACTOR)
        knowledge.save_document(title="New", text="new", actor=ACTOR)
        knowledge.save_faq(question="Why?", answer="So.", actor=ACTOR)
        knowledge.forget(gone.id, kind=ChunkKind.DOCUMENT, source_id=None)
    assert {title for title, _ in _chunks(tenant)} == {"New", "Why?"}


def test_an_entry_that_moves_to_a_source_leaves_the_tenants_and_the_other_source(
    tenant: Tenant, new_sqlite_source: Callable[..., DataSource]
) -> None:
    one, two = (new_sqlite_source(tenant, slug=slug) for slug in ("one", "two"))
    for source in (None, one, two):
        with tenant_transaction(tenant.id):
            knowledge.save_faq(question="Why?", answer="So.", actor=ACTOR, source=source)
            found = list(Chunk.objects.values_list("source_id", flat=True))
        assert found == [source.id if source else None]


def test_equal_questions_of_two_tenants_are_two_entries(tenant: Tenant, other_tenant: Tenant) -> None:
    for one, answer in ((tenant, "Mine."), (other_tenant, "Theirs.")):
        with tenant_transaction(one.id):
            knowledge.save_faq(question="Whose?", answer=answer, actor=ACTOR)
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
    ((_, text),) = _chunks(tenant)
    assert len(text) <= 1_200
