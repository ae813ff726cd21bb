"""Texts through an embedder, as a span by OpenTelemetry's conventions for generative AI."""

from collections.abc import Sequence

from opentelemetry.trace import SpanKind
from opentelemetry.util.types import AttributeValue

from schema_index.embedding.base import Embedder, Vectors
from tenants.tracing import traced

LOCAL = "querent"
"""Provider of the model that runs in this process."""


def embed_texts(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Raises what the embedder raises."""
    attributes: dict[str, AttributeValue | None] = {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "openai" if embedder.endpoint else LOCAL,
        "gen_ai.request.model": embedder.model,
        "gen_ai.embeddings.dimension.count": embedder.dimension,
        "querent.texts": len(texts),
    }
    kind = SpanKind.CLIENT if embedder.endpoint else SpanKind.INTERNAL
    with traced(f"embeddings {embedder.model}", attributes=attributes, kind=kind):
        return embedder.embed(texts)
