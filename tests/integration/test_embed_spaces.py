"""One task's work against a real endpoint: what an endpoint does wrong is stored where an admin sees it."""

import pytest

from schema_index.embedding.embed_spaces import embed_spaces, has_work
from schema_index.embedding.retry import AskAgain, LeavePending
from schema_index.embedding.spaces import active_embedder, active_space
from schema_index.knowledge import knowledge
from schema_index.models import ChunkEmbedding, EmbeddingClaim, EmbeddingFailure, EmbeddingSpace
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import Configure
from tests.scripted_model import (
    BROKEN,
    WRONG_KEY,
    Behaviour,
    Recorded,
    Reply,
    ScriptedModel,
    embedded,
    fails,
    vector_of,
)

TEXTS = 6
BAD = "answer4"


@pytest.fixture
def waiting(tenant: Tenant, endpoint: ScriptedModel) -> Tenant:
    with tenant_transaction(tenant.id):
        for number in range(TEXTS):
            knowledge.save_faq(question=f"Question {number}?", answer=f"answer{number}", actor="system:test")
    return tenant


def _step(tenant: Tenant, *, retries: int = 0) -> AskAgain | LeavePending | None:
    return embed_spaces(tenant.id, retries=retries, spread=0)


def _state(tenant: Tenant) -> tuple[int, list[tuple[str, str]], str]:
    """Vectors, refused texts with their reason, and what the space says of itself. No lease is ever left."""
    with tenant_transaction(tenant.id):
        assert EmbeddingClaim.objects.count() == 0
        refused = list(EmbeddingFailure.objects.values_list("chunk__title", "reason"))
        return ChunkEmbedding.objects.count(), refused, EmbeddingSpace.objects.get().problem


def _true(request: Recorded) -> list[list[float]]:
    return [vector_of(text, dimension=16) for text in request.body["input"]]


def _spoilt(request: Recorded) -> Reply:
    """True vectors, but no direction for one text."""
    texts = request.body["input"]
    return embedded(
        [float("nan")] * 16 if BAD in text else vector for text, vector in zip(texts, _true(request), strict=True)
    )


def _turned(request: Recorded) -> Reply:
    vectors = _true(request)
    return embedded(reversed(vectors), order=reversed(range(len(vectors))))


def _short(request: Recorded) -> Reply:
    return embedded(_true(request)[:-1])


def _small(request: Recorded) -> Reply:
    return embedded(vector[:8] for vector in _true(request))


def test_a_text_without_a_direction_is_parked_and_the_others_are_embedded(
    waiting: Tenant, endpoint: ScriptedModel
) -> None:
    endpoint.script_embeddings([_spoilt] * 20)
    assert _step(waiting) is None
    reason = (
        "The embedding endpoint gave a vector that has no direction (zero, infinite or not a number): check "
        "EMBEDDING_MODEL."
    )
    assert _state(waiting) == (TEXTS - 1, [("Question 4?", reason)], "")


def test_vectors_in_another_order_find_their_texts(waiting: Tenant, endpoint: ScriptedModel) -> None:
    endpoint.script_embeddings([_turned])
    assert _step(waiting) is None
    with tenant_transaction(waiting.id):
        stored = {one.chunk.text: one.embedding for one in ChunkEmbedding.objects.select_related("chunk")}
    truth = active_embedder(waiting.id).embed(list(stored))
    for vector, true in zip(stored.values(), truth, strict=True):
        assert vector == pytest.approx(list(true), abs=1e-3)


@pytest.mark.parametrize(
    ("behaviour", "problem"),
    [
        (_short, "The embedding endpoint answered 1 texts with 0 vectors: check that EMBEDDING_MODEL"),
        (_small, "The embedding endpoint gives vectors of 8 dimensions where 16 are expected: set EMBEDDING_DIMENSION"),
        (WRONG_KEY, "The embedding endpoint refused the key: check EMBEDDING_API_KEY."),
    ],
    ids=["wrong count", "wrong dimension", "wrong key"],
)
def test_an_endpoint_that_never_gives_what_it_should_blames_no_text(
    waiting: Tenant, endpoint: ScriptedModel, behaviour: Behaviour, problem: str
) -> None:
    is_mended = False

    def answer(request: Recorded) -> Reply:
        if is_mended:
            return embedded(_true(request))
        return behaviour if isinstance(behaviour, Reply) else behaviour(request)

    endpoint.script_embeddings([answer] * 20)
    assert _step(waiting) is None
    vectors, refused, said = _state(waiting)
    assert (vectors, refused, said[: len(problem)]) == (0, [], problem)
    is_mended = True
    assert _step(waiting) is None
    assert _state(waiting) == (TEXTS, [], "")


def test_what_may_pass_is_tried_again_with_fewer_texts_and_then_left_pending(
    waiting: Tenant, endpoint: ScriptedModel
) -> None:
    endpoint.script_embeddings([BROKEN])
    assert _step(waiting) == AskAgain(delay_s=2, retries=1)
    assert _state(waiting) == (0, [], "The embedding endpoint failed: try again, or see its own logs.")
    assert [len(request.body["input"]) for request in endpoint.requests] == [TEXTS]

    endpoint.script_embeddings([BROKEN] * 4)
    assert _step(waiting, retries=4) == AskAgain(delay_s=32, retries=5)
    assert _step(waiting, retries=5) == LeavePending()
    assert has_work(waiting.id)
    assert [len(request.body["input"]) for request in endpoint.requests[1:]] == [2, 2, 1, 1]

    assert _step(waiting) is None
    assert _state(waiting) == (TEXTS, [], "")
    assert not has_work(waiting.id)


def test_an_endpoint_that_asks_for_time_gets_it_from_every_worker(waiting: Tenant, endpoint: ScriptedModel) -> None:
    endpoint.script_embeddings([fails(429, headers={"Retry-After": "40"})])
    assert _step(waiting) == AskAgain(delay_s=40, retries=1)
    step = _step(waiting)
    assert isinstance(step, AskAgain)
    assert (35 < step.delay_s <= 40, step.retries, len(endpoint.requests)) == (True, 0, 1)


def test_a_mended_setting_is_followed_while_nothing_is_embedded_and_not_after(
    waiting: Tenant, endpoint: ScriptedModel, change_environment: Configure
) -> None:
    with tenant_transaction(waiting.id):
        assert str(active_space()) == "scripted (16)"
    change_environment(embedding_model="mended")
    with tenant_transaction(waiting.id):
        assert str(active_space()) == "mended (16)"
    _step(waiting)
    change_environment(embedding_model="another")
    assert active_embedder(waiting.id).model == "mended"
    assert endpoint.requests[-1].body["model"] == "mended"
