"""Embeddings from any OpenAI-compatible `/embeddings` address, with nothing taken on trust."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import openai
from openai import OpenAI
from pydantic import BaseModel, ValidationError

from schema_index.embedding.base import PROBE, EmbeddingRejected, EmbeddingUnavailable, Vectors
from schema_index.embedding.batching import pack
from schema_index.outbound.model_endpoint import TRANSIENT, EndpointProblem, Kind, call, open_endpoint
from tenants.domain_error import DomainError

_MAX_CHARACTERS = 8_000
"""OpenAI's models take 8,192 tokens a text; servers differ in what they do beyond their bound, so none gets there."""

_MENDING: dict[Kind, str] = {
    "timeout": "The embedding endpoint did not answer in time: try again, or check EMBEDDING_BASE_URL.",
    "unreachable": "The embedding endpoint cannot be reached: check EMBEDDING_BASE_URL and the network.",
    "busy": "The embedding endpoint is limiting requests: it will be tried again later.",
    "failing": "The embedding endpoint failed: try again, or see its own logs.",
    "exhausted": "The account at the embedding endpoint is used up: check its plan and billing.",
    "key": "The embedding endpoint refused the key: check EMBEDDING_API_KEY.",
    "unknown": "The embedding endpoint knows no such model or path: check EMBEDDING_MODEL and EMBEDDING_BASE_URL.",
    "rejected": "The embedding endpoint refused the request: check that EMBEDDING_MODEL is an embedding model.",
    "unanswered": "The embedding endpoint is not ready yet: try again.",
    "too_large": "The embedding endpoint refused the request as too large: lower EMBEDDING_MAX_BATCH.",
}


MAX_BATCH_TOKENS = 300_000
"""Of all texts of one request at OpenAI (platform.openai.com/docs/api-reference/embeddings); few servers take more."""

_SHORTENED_BY_REQUEST = "text-embedding-3-"
"""Models that give whatever dimension is asked for, and whose other dimension is therefore no misconfiguration."""


class _Item(BaseModel):
    index: int
    embedding: list[float]


class _Reply(BaseModel):
    data: list[_Item]


class OpenAICompatibleEmbedder:
    """`dimension` is what the model is expected to give; anything else is rejected, so that no space is mixed."""

    max_batch_tokens = MAX_BATCH_TOKENS

    def __init__(
        self, *, base_url: str, api_key: str, model: str, dimension: int, timeout_s: float = 30.0, max_batch: int = 512
    ) -> None:
        self.model = model
        self.dimension = dimension
        self.max_batch = max_batch
        self.max_seconds = 2 * timeout_s  # what `open_endpoint` promises
        self.endpoint = base_url
        self._api_key = api_key
        self._timeout_s = timeout_s

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As many requests as packing makes, one after the other; the first failure ends the call."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        with self._client() as client:
            for places in pack(texts, max_items=self.max_batch, max_tokens=self.max_batch_tokens):
                batch = texts[places.start : places.stop]
                items = self._request(client, batch, dimension=self.dimension)
                vectors[places.start : places.stop] = self._checked(items, count=len(batch))
        return vectors

    def measured_dimension(self) -> int:
        """How long the model's own vectors are, by asking for one. Raises as `embed` does."""
        with self._client() as client:
            items = self._request(client, [PROBE], dimension=None)
        return len(items[0].embedding) if items else 0

    @contextmanager
    def _client(self) -> Iterator[OpenAI]:
        try:
            with open_endpoint(self.endpoint, api_key=self._api_key, timeout_s=self._timeout_s) as client:
                yield client
        except EndpointProblem as problem:
            raise _told(problem) from problem

    def _request(self, client: OpenAI, texts: Sequence[str], *, dimension: int | None) -> list[_Item]:
        """As the endpoint answers, in the order of the texts that it claims."""
        asked = dimension if self.model.startswith(_SHORTENED_BY_REQUEST) else None
        body = call(
            lambda: client.embeddings.with_raw_response.create(
                model=self.model,
                input=[_sendable(text) for text in texts],
                encoding_format="float",
                # Servers that know no such word refuse it.
                dimensions=openai.omit if asked is None else asked,
            )
        )
        try:
            items = _Reply.model_validate_json(body).data
        except ValidationError:
            raise EmbeddingRejected(
                "The embedding endpoint's reply is no embedding: check EMBEDDING_BASE_URL and EMBEDDING_MODEL."
            ) from None
        return sorted(items, key=lambda item: item.index)

    def _checked(self, items: list[_Item], *, count: int) -> Vectors:
        if [item.index for item in items] != list(range(count)):
            raise EmbeddingRejected(
                f"The embedding endpoint answered {count} texts with {len(items)} vectors: check that EMBEDDING_MODEL "
                "is an embedding model.",
                expected=count,
                received=len(items),
            )
        for item in items:
            if len(item.embedding) != self.dimension:
                given = len(item.embedding)
                raise EmbeddingRejected(
                    f"The embedding endpoint gives vectors of {given} dimensions where {self.dimension} are expected: "
                    f"set EMBEDDING_DIMENSION to {given}, or re-embed with --dimension {given}.",
                    expected=self.dimension,
                    received=given,
                )
        vectors = np.array([item.embedding for item in items])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise EmbeddingRejected(
                "The embedding endpoint gave a vector that has no direction (zero, infinite or not a number): check "
                "EMBEDDING_MODEL."
            )
        normalised: Vectors = (vectors / lengths).astype(np.float32)
        return normalised


def _sendable(text: str) -> str:
    """Valid UTF-8, within the model's bound, and not empty, which some endpoints refuse together with the batch."""
    return text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode() or " "


def _told(problem: EndpointProblem) -> DomainError:
    message = _MENDING[problem.kind]
    if problem.kind not in TRANSIENT:
        return EmbeddingRejected(message)
    asked = {} if problem.retry_after_s is None else {"retry_after": problem.retry_after_s}
    return EmbeddingUnavailable(message, **asked)
