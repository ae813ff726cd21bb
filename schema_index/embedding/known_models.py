"""Embedding models that Querent knows something about: those it brings along, and similarities that fit an endpoint's.

A further model at an endpoint needs no entry: without one, DEFAULT_THRESHOLD counts until a tenant is calibrated.
"""

from schema_index.embedding.minilm import MiniLMEmbedder

DEFAULT_THRESHOLD = 0.3

LOCAL = MiniLMEmbedder.model
"""The one of whoever names no endpoint."""

LOCAL_MODELS = {LOCAL: MiniLMEmbedder}
"""Those that run in this process."""

THRESHOLDS = {LOCAL: 0.2, "text-embedding-3-small": 0.6, "text-embedding-3-large": 0.6}
"""The least similarity, cosine, of a hit: docs/retrieval.md says how it was measured. Cosines of different models are
not comparable."""
