"""From a question to what its answer may need. One embedding call, nine queries, no language model."""

from collections.abc import Mapping
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from schema_index.catalogue import Catalogue
from schema_index.embedding.base import Embedder
from schema_index.embedding.embed_texts import embed_texts
from schema_index.embedding.spaces import threshold_for
from schema_index.indexing.index_replica import read_index
from schema_index.retrieval.hybrid import hybrid_knowledge
from schema_index.retrieval.nearest import nearest_tables
from schema_index.retrieval.question_values import question_values
from schema_index.retrieval.select_tables import select_tables
from schema_index.retrieval.types import KnowledgeHit, Retrieved, StoredValue
from schema_index.schema import DatabaseSchema
from tenants.cancellation import NEVER, Cancellation
from tenants.until_cancelled import until_cancelled

MAX_KNOWLEDGE = 6
RANKED_TABLES = 2_000
"""Tables whose similarity is read; in a larger schema, the others are found by their words and joins."""

MAX_CLOSEST = 10


def retrieve(
    question: str,
    *,
    tenant_id: UUID,
    source_id: UUID,
    catalogue: Catalogue,
    embedder: Embedder,
    top_k: int,
    role: str | None = None,
    threshold: float | None = None,
    cancellation: Cancellation = NEVER,
) -> Retrieved:
    """`catalogue` is what the asking principal may see; nothing outside it is ranked or comes back, and no knowledge
    that names what is hidden from their `role`. None stands for nobody, when rankings are measured. A `threshold` is
    tried in the place of the tenant's own.

    Raises EmbeddingUnavailable, EmbeddingRejected or Cancelled. No transaction is open while the embedder works.
    """
    vector = _embedded(question, embedder, cancellation)

    def read() -> tuple[float, dict[str, float], tuple[KnowledgeHit, ...], tuple[StoredValue, ...]]:
        least = threshold_for(embedder) if threshold is None else threshold
        return (
            least,
            nearest_tables(vector, space=embedder, source_id=source_id, limit=RANKED_TABLES),
            hybrid_knowledge(
                question, vector, space=embedder, source_id=source_id, threshold=least, limit=MAX_KNOWLEDGE, role=role
            ),
            question_values(question, source_id=source_id, schema=catalogue.valued),
        )

    least, similarities, knowledge, values = read_index(tenant_id, read)
    tables = select_tables(
        question,
        similarities,
        index=catalogue.index,
        top_k=top_k,
        threshold=least,
        values=values,
    )
    return Retrieved(
        tables=tables,
        knowledge=knowledge,
        values=values,
        closest=() if tables else _closest(similarities, catalogue.schema),
    )


def _embedded(question: str, embedder: Embedder, cancellation: Cancellation) -> NDArray[np.float32]:
    """An endpoint's answer is left behind when nobody waits for it any more; this process answers in milliseconds."""
    if not embedder.endpoint:
        cancellation = NEVER
    vectors = until_cancelled(lambda: embed_texts(embedder, [question]), cancellation=cancellation)
    vector: NDArray[np.float32] = vectors[0]
    return vector


def _closest(similarities: Mapping[str, float], schema: DatabaseSchema) -> tuple[str, ...]:
    """A table without a vector comes last, in the schema's order."""
    names = [table.qualified_name for table in schema.tables]
    return tuple(sorted(names, key=lambda name: -similarities.get(name, -1))[:MAX_CLOSEST])
