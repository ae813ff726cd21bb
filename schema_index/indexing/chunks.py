"""Keeps stored chunks equal to what the chunkers say: by content hash, touching only what differs."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from schema_index.embedding.base import Space, of_space
from schema_index.indexing.chunking import ChunkText
from schema_index.indexing.keyword_index import write_words
from schema_index.models import Chunk, ChunkEmbedding, EmbeddingFailure
from tenants.context import current_tenant_id


def reconcile(wanted: Iterable[ChunkText], *, kind: str, source_id: UUID | None, key_prefix: str = "") -> bool:
    """Make the chunks of one kind and source (and object keys that start so) exactly `wanted`; whether a text is new.
    Needs an open scope.

    A chunk whose text changed keeps its row and its old vector until the new one is written, so that it can be found
    meanwhile.
    """
    tenant_id = current_tenant_id()
    stored = {
        chunk.object_key: chunk
        for chunk in Chunk.objects.filter(source_id=source_id, kind=kind, object_key__startswith=key_prefix)
    }
    texts = {text.object_key: text for text in wanted}
    Chunk.objects.filter(id__in=[chunk.id for key, chunk in stored.items() if key not in texts]).delete()
    fresh = [
        _with_text(Chunk(tenant_id=tenant_id, source_id=source_id, kind=kind, object_key=key), text)
        for key, text in texts.items()
        if key not in stored
    ]
    changed = [
        _with_text(chunk, texts[key])
        for key, chunk in stored.items()
        if key in texts and chunk.content_hash != texts[key].content_hash
    ]
    Chunk.objects.bulk_create(fresh, batch_size=500)
    Chunk.objects.bulk_update(changed, ["title", "text", "content_hash"], batch_size=500)
    write_words(fresh + changed)
    return bool(fresh or changed)


def pending(space: Space) -> QuerySet[Chunk]:
    """Chunks of the open scope's tenant without a current vector in this space, but for those that never can have."""
    here = of_text(space)
    embedded, refused = (Exists(rows.objects.filter(**here)) for rows in (ChunkEmbedding, EmbeddingFailure))
    return Chunk.objects.filter(~embedded, ~refused).order_by("updated_at", "id")


def of_text(space: Space) -> dict[str, Any]:
    """What rows about a chunk's present text fulfil, in a subquery of one of chunks."""
    return {"chunk": OuterRef("pk"), "content_hash": OuterRef("content_hash"), **of_space(space)}


def _with_text(chunk: Chunk, text: ChunkText) -> Chunk:
    chunk.title, chunk.text, chunk.content_hash = text.title, text.text, text.content_hash
    return chunk
