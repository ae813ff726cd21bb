"""The port behind which texts become vectors, and the two ways in which it can fail."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tenants.domain_error import DomainError

Vectors = NDArray[np.float32]
"""n x dimension, one L2-normalised row for each text, in the order of the texts."""

PROBE = "orders"
"""A text that no embedder has a reason to refuse."""


class EmbeddingUnavailable(DomainError):
    """The embedder did not answer this time (connection, timeout, 429, 5xx): the same call may succeed later.

    `retry_after` in the details is the seconds that the endpoint itself asks for.
    """

    code = "embedding_unavailable"
    retryable = True


class EmbeddingRejected(DomainError):
    """The embedder refuses, or answers what is no embedding of the texts: mend the configuration first."""

    code = "embedding_rejected"


class Space(Protocol):
    """Vectors of one model and dimension, both stored beside each; those of different spaces are never compared."""

    @property
    def model(self) -> str: ...

    @property
    def dimension(self) -> int: ...


class SpaceKey(NamedTuple):
    model: str
    dimension: int


def of_space(space: Space) -> dict[str, Any]:
    """As a condition on rows, and as values of a new one."""
    return {"model": space.model, "dimension": space.dimension}


class Embedder(Space, Protocol):
    @property
    def max_batch(self) -> int:
        """Texts that one request or forward pass carries: a caller that stores as it goes packs by this."""
        ...

    @property
    def max_batch_tokens(self) -> int:
        """Estimated tokens of the same (batching.estimated_tokens)."""
        ...

    @property
    def max_seconds(self) -> float:
        """One request or forward pass ends within this, one way or the other."""
        ...

    @property
    def endpoint(self) -> str:
        """The address whose limits count together; "" for an embedder that is this process itself."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Any number of texts, in slices of at most `max_batch`; no texts give 0 x dimension.

        Raises EmbeddingUnavailable (a later try may help; none is made here) or EmbeddingRejected (it will not).
        """
        ...
