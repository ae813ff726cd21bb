"""Embedding models that Querent knows something about: those it brings along, and similarities that fit an endpoint's.

A further model at an endpoint needs no entry: without one, DEFAULT_THRESHOLD counts until a tenant is calibrated.
"""

from collections.abc import Callable
from dataclasses import dataclass

from schema_index.embedding.base import Embedder
from schema_index.embedding.minilm import MiniLMEmbedder

DEFAULT_THRESHOLD = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    """One that runs in this process, made by `embedder`."""

    dimension: int
    embedder: Callable[[], Embedder]


LOCAL = MiniLMEmbedder.model
"""The one of whoever names no endpoint."""

LOCAL_MODELS = {LOCAL: LocalModel(dimension=MiniLMEmbedder.dimension, embedder=MiniLMEmbedder)}

THRESHOLDS = {LOCAL: 0.2, "text-embedding-3-small": 0.6, "text-embedding-3-large": 0.6}
"""The least similarity, cosine, of a hit: docs/retrieval.md says how it was measured. Cosines of different models are
not comparable."""
