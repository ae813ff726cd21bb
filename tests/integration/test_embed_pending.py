"""Turning chunks into vectors: twice, at once, and with texts or endpoints that fail."""

import threading

import pytest
from django.db import connection, connections

from schema_index import knowledge
from schema_index.embedding.base import EmbeddingRejected, EmbeddingUnavailable
from schema_index.embedding.embed_chunks import embed_pending, has_pending
from schema_index.models import Chunk, ChunkEmbedding
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.integration.conftest import CountingEmbedder

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ten(tenant: Tenant) -> Tenant:
    """Ten texts to embed."""
    with tenant_transaction(tenant.id):
        for number in range(10):
            knowledge.save_faq(question=f"Question {number}?", answer=f"answer{number}", actor="system:test")
    return tenant


def _vectors(tenant: Tenant) -> dict[str, str]:
    """Title → hash of the text that was embedded."""
    with tenant_transaction(tenant.id):
        return dict(ChunkEmbedding.objects.values_list("chunk__title", "content_hash"))


def _hashes(tenant: Tenant) -> dict[str, str]:
    with tenant_transaction(tenant.id):
        return dict(Chunk.objects.values_list("title", "content_hash"))


def test_everything_pending_is_embedded_in_batches_and_only_once(ten: Tenant, embedder: CountingEmbedder) -> None:
    seen = []
    done = embed_pending(ten.id, embedder=embedder, progress=lambda done, total: seen.append((done, total)))
    assert (done, [len(call) for call in embedder.calls], seen) == (10, [4, 4, 2], [(4, 10), (8, 10), (10, 10)])
    assert _vectors(ten) == _hashes(ten)
    assert embed_pending(ten.id, embedder=embedder) == 0
    assert len(embedder.texts) == 10
    assert not has_pending(ten.id, embedder=embedder)


def test_no_transaction_is_open_while_the_embedder_works(ten: Tenant, embedder: CountingEmbedder) -> None:
    seen: list[bool] = []
    embedder.before = lambda: seen.append(connection.in_atomic_block)
    embed_pending(ten.id, embedder=embedder)
    assert seen == [False] * 3


def test_only_the_chunks_that_were_named(ten: Tenant, embedder: CountingEmbedder) -> None:
    with tenant_transaction(ten.id):
        wanted = list(Chunk.objects.filter(title__in=["Question 3?", "Question 7?"]).values_list("id", flat=True))
    assert embed_pending(ten.id, embedder=embedder, chunk_ids=wanted) == 2
    assert set(_vectors(ten)) == {"Question 3?", "Question 7?"}
    assert has_pending(ten.id, embedder=embedder)


def test_another_tenants_chunks_cannot_be_named(ten: Tenant, other_tenant: Tenant, embedder: CountingEmbedder) -> None:
    with tenant_transaction(ten.id):
        ids = list(Chunk.objects.values_list("id", flat=True))
    assert embed_pending(other_tenant.id, embedder=embedder, chunk_ids=ids) == 0
    assert embedder.calls == []


def test_two_at_once_leave_one_vector_a_chunk(ten: Tenant) -> None:
    both_embed = threading.Barrier(2, timeout=20)

    def together() -> None:
        both_embed.wait()

    embedders = [CountingEmbedder(max_batch=64, before=together) for _ in range(2)]
    failures: list[BaseException] = []

    def work(embedder: CountingEmbedder) -> None:
        try:
            embed_pending(ten.id, embedder=embedder)
        except BaseException as error:  # noqa: BLE001  told to the test's own thread
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(embedder,)) for embedder in embedders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert [len(embedder.texts) for embedder in embedders] == [10, 10]
    assert _vectors(ten) == _hashes(ten)


def test_a_text_that_changed_meanwhile_does_not_get_the_old_texts_vector(
    ten: Tenant, embedder: CountingEmbedder
) -> None:
    embed_pending(ten.id, embedder=embedder)

    def save(answer: str) -> None:
        with tenant_transaction(ten.id):
            knowledge.save_faq(question="Question 3?", answer=answer, actor="system:test")

    save("second")
    old = _vectors(ten)["Question 3?"]
    embedder.before = lambda: save("third")
    assert embed_pending(ten.id, embedder=embedder) == 0
    # It is still found by the vector it had, and still waits for its new one.
    assert _vectors(ten)["Question 3?"] == old
    embedder.before = lambda: None
    assert has_pending(ten.id, embedder=embedder)
    assert embed_pending(ten.id, embedder=embedder) == 1
    assert embedder.texts[-1] == "Question 3?\nthird"
    assert _vectors(ten) == _hashes(ten)


def test_a_text_that_was_deleted_meanwhile_is_no_error(ten: Tenant, embedder: CountingEmbedder) -> None:
    def delete() -> None:
        with tenant_transaction(ten.id):
            Chunk.objects.filter(title="Question 3?").delete()

    embedder.before = delete
    assert embed_pending(ten.id, embedder=embedder) == 9
    assert _vectors(ten) == _hashes(ten)


def test_one_refused_text_keeps_the_reason_and_the_others_are_embedded(ten: Tenant) -> None:
    embedder = CountingEmbedder(refuses="answer6", max_batch=64)
    assert embed_pending(ten.id, embedder=embedder) == 9
    with tenant_transaction(ten.id):
        failed = list(Chunk.objects.exclude(failure="").values_list("title", "failure"))
    assert failed == [("Question 6?", "The embedder refuses this text.")]
    assert set(_hashes(ten)) - set(_vectors(ten)) == {"Question 6?"}
    assert len(embedder.calls) <= 10
    assert not has_pending(ten.id, embedder=embedder)

    with tenant_transaction(ten.id):
        knowledge.save_faq(question="Question 6?", answer="mended", actor="system:test")
    assert embed_pending(ten.id, embedder=embedder) == 1
    assert _vectors(ten) == _hashes(ten)


def test_an_endpoint_that_refuses_everything_blames_no_text(ten: Tenant) -> None:
    embedder = CountingEmbedder(refuses_all=True, max_batch=64)
    with pytest.raises(EmbeddingRejected):
        embed_pending(ten.id, embedder=embedder)
    assert len(embedder.calls) <= 6
    with tenant_transaction(ten.id):
        assert Chunk.objects.exclude(failure="").count() == 0
    assert embed_pending(ten.id, embedder=CountingEmbedder()) == 10


def test_an_embedder_that_goes_down_loses_nothing(ten: Tenant) -> None:
    with pytest.raises(EmbeddingUnavailable):
        embed_pending(ten.id, embedder=CountingEmbedder(is_down_after=2))
    assert len(_vectors(ten)) == 8
    again = CountingEmbedder()
    assert embed_pending(ten.id, embedder=again) == 2
    assert len(again.texts) == 2
    assert _vectors(ten) == _hashes(ten)
