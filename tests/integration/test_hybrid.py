"""Knowledge by meaning and by words together."""

from uuid import UUID

from schema_index.embedding.embed_chunks import embed_pending
from schema_index.indexing.keyword_index import refresh_frequencies
from schema_index.knowledge import knowledge
from schema_index.models import ChunkWords, WordFrequencies
from schema_index.retrieval.hybrid import fused, hybrid_knowledge
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.integration.conftest import CountingEmbedder


def _know(tenant: Tenant, *answers: str) -> None:
    with tenant_transaction(tenant.id):
        for number, answer in enumerate(answers):
            knowledge.save_faq(question=f"Rule {number}?", answer=answer, actor="system:test")


def _find(tenant: Tenant, question: str, *, limit: int = 6, threshold: float = 0.9) -> list[tuple[str, str]]:
    embedder = CountingEmbedder()
    with tenant_transaction(tenant.id):
        hits = hybrid_knowledge(
            question,
            embedder.embed([question])[0],
            space=embedder,
            source_id=None,
            threshold=threshold,
            limit=limit,
        )
    return [(hit.text.split("\n")[1], hit.reason) for hit in hits]


def test_a_code_is_found_by_its_word_although_the_vector_is_far_or_missing(
    tenant: Tenant, other_tenant: Tenant, embedder: CountingEmbedder
) -> None:
    for one in (tenant, other_tenant):
        _know(one, "Refunds take ten days and need the approval of two people", "Error sku4711 means empty stock")
    found = [("Error sku4711 means empty stock", "shares sku4711")]
    assert _find(tenant, "sku4711") == found
    embed_pending(tenant.id, embedder=embedder)
    assert _find(tenant, "sku4711") == found
    assert _find(tenant, "weather tomorrow") == []


def test_a_common_word_alone_makes_no_hit_once_words_are_counted(tenant: Tenant) -> None:
    _know(tenant, *(f"Order rule of kind{number}" for number in range(12)))
    with tenant_transaction(tenant.id):
        assert refresh_frequencies()
        assert not refresh_frequencies()
    assert _find(tenant, "order kind7") == [("Order rule of kind7", "shares order, kind7")]


def test_the_keyword_index_follows_the_texts(tenant: Tenant) -> None:
    _know(tenant, "Old words")
    _know(tenant, "New phrase")
    assert _find(tenant, "old") == []
    assert _find(tenant, "new phrase") == [("New phrase", "shares new, phrase")]


def test_one_tenants_words_are_not_anothers(tenant: Tenant, other_tenant: Tenant) -> None:
    _know(tenant, "Secret sku4711")
    with tenant_transaction(tenant.id):
        refresh_frequencies()
    assert _find(other_tenant, "sku4711") == []
    with tenant_transaction(other_tenant.id):
        assert (ChunkWords.objects.count(), WordFrequencies.objects.count()) == (0, 0)


def test_fusion_rewards_what_both_rankings_hold() -> None:
    one, two, three = (UUID(int=number) for number in (1, 2, 3))
    assert list(fused([[one, two], [three, two]])) == [two, one, three]
    assert fused([[], []]) == {}
