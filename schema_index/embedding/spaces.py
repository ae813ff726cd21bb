"""Which embedder this installation uses, and the similarity above which a hit of its model counts."""

from django.conf import settings

from schema_index.embedding.base import Embedder
from schema_index.embedding.minilm import MiniLMEmbedder

THRESHOLDS = {"all-MiniLM-L6-v2": 0.2, "text-embedding-3-small": 0.6, "text-embedding-3-large": 0.6}
"""Cosines of different models are not comparable: docs/retrieval.md says how the first was measured."""

DEFAULT_THRESHOLD = 0.3


def configured_embedder() -> Embedder:
    """The endpoint of `EMBEDDING_BASE_URL`, or the local model."""
    environment = settings.ENVIRONMENT
    if environment.embedding_base_url is None:
        return MiniLMEmbedder()
    # Loading the client takes half a second, which commands without an endpoint need not pay.
    from schema_index.embedding.openai_compatible import OpenAICompatibleEmbedder  # noqa: PLC0415

    return OpenAICompatibleEmbedder(
        base_url=environment.embedding_base_url,
        api_key=environment.embedding_api_key.get_secret_value() if environment.embedding_api_key else "",
        model=environment.embedding_model,
        dimension=environment.embedding_dimension,
    )


def threshold_of(model: str) -> float:
    """Least similarity, cosine, of a hit: the setting, else the model's own."""
    configured: float | None = settings.ENVIRONMENT.retrieval_threshold
    return configured if configured is not None else THRESHOLDS.get(model, DEFAULT_THRESHOLD)
