"""Turning chunks into vectors: twice, at once, and with texts or endpoints that fail."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.db.models.functions import Now

from schema_index.embedding import claims
from schema_index.embedding.base import EmbeddingRejected, EmbeddingUnavailable
from schema_index.embedding.claims import seconds_until_free
from schema_index.embedding.embed_chunks import embed_pending
from schema_index.knowledge import knowledge
from schema_index.models import Chunk, ChunkEmbedding, EmbeddingClaim, EmbeddingFailure
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.integration.conftest import CountingEmbedder
from tests.stored import save_faq


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


def _claims(tenant: Tenant) -> int:
    with tenant_transaction(tenant.id):
        return EmbeddingClaim.objects.count()


def _refused(tenant: Tenant) -> list[tuple[str, str, str]]:
    """Title, model, reason."""
    with tenant_transaction(tenant.id):
        return list(EmbeddingFailure.objects.values_list("chunk__title", "model", "reason"))


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
    assert seconds_until_free(ten.id, embedder=embedder) is None


def test_no_transaction_is_open_while_the_embedder_works(ten: Tenant, embedder: CountingEmbedder) -> None:
    seen: list[bool] = []
    embedder.before = lambda: seen.append(connection.in_atomic_block)
    embed_pending(ten.id, embedder=embedder)
    assert seen == [False] * 3


def test_two_at_once_share_the_work(ten: Tenant) -> None:
    both_work = threading.Barrier(2, timeout=20)

    def together() -> None:
        both_work.wait()

    def work(embedder: CountingEmbedder) -> int:
        try:
            return embed_pending(ten.id, embedder=embedder)
        finally:
            connections.close_all()

    embedders = [CountingEmbedder(max_batch=5, before=together) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, embedders)) == [5, 5]
    assert len({text for embedder in embedders for text in embedder.texts}) == 10
    assert _vectors(ten) == _hashes(ten)
    assert _claims(ten) == 0


def test_what_a_dead_worker_held_is_taken_over_after_its_lease(ten: Tenant, embedder: CountingEmbedder) -> None:
    with tenant_transaction(ten.id):
        claims.claim(embedder, holder=uuid4(), max_items=4, skip=())
    assert embed_pending(ten.id, embedder=embedder) == 6
    wait_s = seconds_until_free(ten.id, embedder=embedder)
    assert wait_s is not None
    assert 0 < wait_s <= embedder.max_seconds + claims.STORING_S
    with tenant_transaction(ten.id):
        EmbeddingClaim.objects.update(until=Now() - timedelta(seconds=1))
    assert seconds_until_free(ten.id, embedder=embedder) == 0
    assert embed_pending(ten.id, embedder=embedder) == 4
    assert seconds_until_free(ten.id, embedder=embedder) is None
    assert (len(embedder.texts), _claims(ten)) == (10, 0)


def test_whoever_was_overtaken_stores_nothing(ten: Tenant) -> None:
    slow, quick = CountingEmbedder(max_batch=64), CountingEmbedder(max_batch=64)

    def overtake() -> None:
        with tenant_transaction(ten.id):
            EmbeddingClaim.objects.update(until=Now() - timedelta(seconds=1))
        assert embed_pending(ten.id, embedder=quick) == 10

    slow.before = overtake
    assert embed_pending(ten.id, embedder=slow) == 0
    assert _vectors(ten) == _hashes(ten)
    assert _claims(ten) == 0


def test_a_text_that_changed_meanwhile_does_not_get_the_old_texts_vector(
    ten: Tenant, embedder: CountingEmbedder
) -> None:
    embed_pending(ten.id, embedder=embedder)

    def save(answer: str) -> None:
        save_faq(ten.id, "Question 3?", answer)

    save("second")
    old = _vectors(ten)["Question 3?"]
    embedder.before = lambda: save("third")
    assert embed_pending(ten.id, embedder=embedder) == 0
    # It is still found by the vector it had, and still waits for its new one.
    assert _vectors(ten)["Question 3?"] == old
    embedder.before = lambda: None
    assert seconds_until_free(ten.id, embedder=embedder) is not None
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
    assert _refused(ten) == [("Question 6?", "words", "The embedder refuses this text.")]
    assert set(_hashes(ten)) - set(_vectors(ten)) == {"Question 6?"}
    assert len(embedder.calls) <= 10
    assert seconds_until_free(ten.id, embedder=embedder) is None
    # Another model may take it.
    assert embed_pending(ten.id, embedder=CountingEmbedder(model="other")) == 10

    save_faq(ten.id, "Question 6?", "mended")
    assert embed_pending(ten.id, embedder=embedder) == 1
    assert _refused(ten) == []
    assert seconds_until_free(ten.id, embedder=embedder) is None


def test_an_endpoint_that_refuses_everything_blames_no_text(ten: Tenant) -> None:
    embedder = CountingEmbedder(refuses_all=True, max_batch=64)
    with pytest.raises(EmbeddingRejected):
        embed_pending(ten.id, embedder=embedder)
    assert len(embedder.calls) <= 6
    assert (_refused(ten), _claims(ten)) == ([], 0)
    assert embed_pending(ten.id, embedder=CountingEmbedder()) == 10


def test_an_embedder_that_goes_down_loses_nothing(ten: Tenant) -> None:
    with pytest.raises(EmbeddingUnavailable):
        embed_pending(ten.id, embedder=CountingEmbedder(is_down_after=2))
    assert (len(_vectors(ten)), _claims(ten)) == (8, 0)
    again = CountingEmbedder()
    assert embed_pending(ten.id, embedder=again) == 2
    assert len(again.texts) == 2
    assert _vectors(ten) == _hashes(ten)


def test_a_text_on_which_the_embedder_breaks_down_holds_up_only_its_own_batch(ten: Tenant) -> None:
    embedder = CountingEmbedder(breaks_on="answer6", max_batch=2)
    with pytest.raises(EmbeddingUnavailable):
        embed_pending(ten.id, embedder=embedder)
    assert len(_vectors(ten)) == 8
    assert seconds_until_free(ten.id, embedder=embedder) is not None
