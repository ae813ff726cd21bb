"""The OpenAI-compatible embedder against a real HTTP server."""

import math
import time

import numpy as np
import pytest

from schema_index.embedding.base import EmbeddingRejected, EmbeddingUnavailable
from schema_index.embedding.openai_compatible import OpenAICompatibleEmbedder
from tests.scripted_model import BROKEN, CUT_OFF, LIMITED, SLOW, WRONG_KEY, Reply, ScriptedModel, embedded, fails
from tests.scripted_model import vector_of as true_vector

SECRET = "sk-secret"


def embedder(url: str, *, dimension: int = 16, timeout_s: float = 5.0, max_batch: int = 64) -> OpenAICompatibleEmbedder:
    return OpenAICompatibleEmbedder(
        base_url=url, api_key=SECRET, model="space-1", dimension=dimension, timeout_s=timeout_s, max_batch=max_batch
    )


def unit(vector: list[float]) -> list[float]:
    length = math.hypot(*vector)
    return [component / length for component in vector]


def test_vectors_are_normalised_in_the_order_of_the_texts() -> None:
    texts = ["orders", "customers of a store", "reviews"]
    with ScriptedModel() as model:
        vectors = embedder(model.url).embed(texts)
        [request] = model.requests
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, [unit(true_vector(text, dimension=16)) for text in texts], atol=1e-6)
    assert request.body == {"input": texts, "model": "space-1", "encoding_format": "float"}
    assert request.headers["authorization"] == f"Bearer {SECRET}"


def test_rows_that_come_out_of_order_are_put_in_order() -> None:
    with ScriptedModel(dimension=2) as model:
        model.script_embeddings([embedded([[0, 3], [2, 0]], order=[1, 0])])
        vectors = embedder(model.url, dimension=2).embed(["first", "second"])
    np.testing.assert_array_equal(vectors, [[1, 0], [0, 1]])


def test_many_texts_go_in_several_requests() -> None:
    texts = [f"text {number}" for number in range(7)]
    with ScriptedModel() as model:
        vectors = embedder(model.url, max_batch=3).embed(texts)
        assert [request.body["input"] for request in model.requests] == [texts[:3], texts[3:6], texts[6:]]
    np.testing.assert_allclose(vectors, [unit(true_vector(text, dimension=16)) for text in texts], atol=1e-6)


def test_no_texts_need_no_request() -> None:
    with ScriptedModel() as model:
        assert embedder(model.url).embed([]).shape == (0, 16)
        assert model.requests == []


def test_what_cannot_be_sent_is_made_sendable() -> None:
    with ScriptedModel() as model:
        embedder(model.url).embed(["", "half a pair \ud83d", "x" * 9_000])
        assert model.requests[0].body["input"] == [" ", "half a pair ?", "x" * 8_000]


@pytest.mark.parametrize("behaviour", [LIMITED, BROKEN, CUT_OFF, fails(503), fails(408)], ids=str)
def test_what_may_pass_is_unavailable_and_not_tried_again_here(behaviour: Reply) -> None:
    with ScriptedModel() as model:
        model.script_embeddings([behaviour])
        with pytest.raises(EmbeddingUnavailable) as raised:
            embedder(model.url).embed(["text"])
        assert len(model.requests) == 1
    assert raised.value.retryable
    assert SECRET not in raised.value.message


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (WRONG_KEY, "The embedding endpoint refused the key: check EMBEDDING_API_KEY."),
        (fails(403), "The embedding endpoint refused the key: check EMBEDDING_API_KEY."),
        (
            fails(404),
            "The embedding endpoint knows no such model or path: check EMBEDDING_MODEL and EMBEDDING_BASE_URL.",
        ),
        (
            fails(400),
            "The embedding endpoint refused the request: check that EMBEDDING_MODEL is an embedding model.",
        ),
        (
            fails(429, code="insufficient_quota"),
            "The account at the embedding endpoint is used up: check its plan and billing.",
        ),
        (
            embedded([[1.0] * 16]),
            "The embedding endpoint answered 2 texts with 1 vectors: check that EMBEDDING_MODEL is an embedding model.",
        ),
        (
            embedded([[1.0] * 16, [1.0] * 16], order=[0, 0]),
            "The embedding endpoint answered 2 texts with 2 vectors: check that EMBEDDING_MODEL is an embedding model.",
        ),
        (
            embedded([[1.0] * 8, [1.0] * 8]),
            "The embedding endpoint gives vectors of 8 dimensions where 16 are expected: set EMBEDDING_DIMENSION "
            "to 8, or re-embed with --dimension 8.",
        ),
        *(
            (
                embedded([[1.0] * 16, vector]),
                "The embedding endpoint gave a vector that has no direction (zero, infinite or not a number): check "
                "EMBEDDING_MODEL.",
            )
            for vector in ([float("nan")] * 16, [0.0] * 16, [float("inf")] + [0.0] * 15)
        ),
        *(
            (
                Reply(body=body),
                "The embedding endpoint's reply is no embedding: check EMBEDDING_BASE_URL and EMBEDDING_MODEL.",
            )
            for body in ("<html>welcome</html>", {"data": "none"}, {"data": [{"index": 0, "embedding": "AAAA"}]})
        ),
    ],
)
def test_what_no_second_try_mends_is_rejected(behaviour: Reply, message: str) -> None:
    with ScriptedModel() as model:
        model.script_embeddings([behaviour])
        with pytest.raises(EmbeddingRejected) as raised:
            embedder(model.url).embed(["first", "second"])
        assert len(model.requests) == 1
    assert raised.value.message == message
    assert not raised.value.retryable


@pytest.mark.parametrize(
    "behaviour", [SLOW, Reply(body=embedded([[1.0] * 16]).body, drip_s=0.02)], ids=["silence", "a reply that drips"]
)
def test_what_takes_too_long_ends_at_the_timeout(behaviour: Reply) -> None:
    with ScriptedModel() as model:
        model.script_embeddings([behaviour])
        started = time.monotonic()
        with pytest.raises(EmbeddingUnavailable, match="did not answer in time"):
            embedder(model.url, timeout_s=0.2).embed(["text"])
        assert time.monotonic() - started < 2


def test_nobody_listening_is_unavailable() -> None:
    with ScriptedModel() as model:
        url = model.url
    with pytest.raises(EmbeddingUnavailable, match="cannot be reached"):
        embedder(url).embed(["text"])


def test_a_key_that_no_header_can_carry_is_rejected_before_any_request() -> None:
    with ScriptedModel() as model:
        broken = OpenAICompatibleEmbedder(base_url=model.url, api_key="sk-\nñ", model="m", dimension=16)
        with pytest.raises(EmbeddingRejected, match="check EMBEDDING_API_KEY"):
            broken.embed(["text"])
        assert model.requests == []
