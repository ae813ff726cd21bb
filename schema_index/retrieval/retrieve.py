"""From a question to what its answer may need. One embedding call, three queries, no language model."""

from uuid import UUID

from schema_index.embedding.base import Embedder
from schema_index.embedding.spaces import threshold_of
from schema_index.models import ChunkKind
from schema_index.retrieval.nearest import nearest
from schema_index.retrieval.question_values import question_values
from schema_index.retrieval.select_tables import select_tables
from schema_index.retrieval.types import KnowledgeHit, Retrieved
from schema_index.schema import DatabaseSchema
from tenants.context import tenant_transaction

MAX_KNOWLEDGE = 6
RANKED_TABLES = 300
"""Tables ranked before the threshold and `top_k`; more than any small schema that is given whole."""


def retrieve(
    question: str, *, tenant_id: UUID, source_id: UUID, schema: DatabaseSchema, embedder: Embedder, top_k: int
) -> Retrieved:
    """`schema` is what the asking principal may see; nothing outside it comes back.

    Raises EmbeddingUnavailable or EmbeddingRejected. No transaction is open while the embedder works.
    """
    vector = embedder.embed([question])[0]
    with tenant_transaction(tenant_id):
        tables = nearest(
            vector, model=embedder.model, kinds=(ChunkKind.TABLE,), source_id=source_id, limit=RANKED_TABLES
        )
        knowledge = nearest(
            vector,
            model=embedder.model,
            kinds=(ChunkKind.FAQ, ChunkKind.DOCUMENT),
            source_id=source_id,
            limit=MAX_KNOWLEDGE,
        )
        values = question_values(question, source_id=source_id, schema=schema)
    threshold = threshold_of(embedder.model)
    return Retrieved(
        tables=select_tables(
            [(chunk.object_key, chunk.similarity) for chunk in tables], schema=schema, top_k=top_k, threshold=threshold
        ),
        knowledge=tuple(
            KnowledgeHit(kind=chunk.kind, title=chunk.title, text=chunk.text, similarity=chunk.similarity)
            for chunk in knowledge
            if chunk.similarity >= threshold
        ),
        values=values,
    )
