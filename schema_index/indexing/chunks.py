"""Keeps stored chunks equal to what the chunkers say: by content hash, touching only what differs."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from schema_index.indexing.chunking import ChunkText
from schema_index.indexing.keyword_index import write_words
from schema_index.models import Chunk, ChunkEmbedding, EmbeddingFailure
from tenants.context import current_tenant_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What one reconciliation did; `to_embed` are the chunks whose text is new."""

    to_embed: tuple[UUID, ...]
    removed: int
    unchanged: int


def reconcile(wanted: Iterable[ChunkText], *, kind: str, source_id: UUID | None, key_prefix: str = "") -> Reconciled:
    """Make the chunks of one kind and source (and object keys that start so) exactly `wanted`. Needs an open scope.

    A chunk whose text changed keeps its row and its old vector until the new one is written, so that it can be found
    meanwhile.
    """
    tenant_id = current_tenant_id()
    stored = {
        chunk.object_key: chunk
        for chunk in Chunk.objects.filter(source_id=source_id, kind=kind, object_key__startswith=key_prefix)
    }
    texts = {text.object_key: text for text in wanted}
    gone = [chunk.id for key, chunk in stored.items() if key not in texts]
    Chunk.objects.filter(id__in=gone).delete()
    fresh = [
        Chunk(
            tenant_id=tenant_id,
            source_id=source_id,
            kind=kind,
            object_key=key,
            title=text.title,
            text=text.text,
            content_hash=text.content_hash,
        )
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
    return Reconciled(
        to_embed=tuple(chunk.id for chunk in fresh + changed),
        removed=len(gone),
        unchanged=len(texts) - len(fresh) - len(changed),
    )


def pending(*, model: str, dimension: int) -> QuerySet[Chunk]:
    """Chunks of the open scope's tenant without a current vector in this space, but for those that never can have."""
    current = ChunkEmbedding.objects.filter(
        chunk=OuterRef("pk"), model=model, dimension=dimension, content_hash=OuterRef("content_hash")
    )
    refused = EmbeddingFailure.objects.filter(
        chunk=OuterRef("pk"), model=model, dimension=dimension, content_hash=OuterRef("content_hash")
    )
    return Chunk.objects.filter(~Exists(current), ~Exists(refused)).order_by("updated_at", "id")


def _with_text(chunk: Chunk, text: ChunkText) -> Chunk:
    chunk.title, chunk.text, chunk.content_hash = text.title, text.text, text.content_hash
    return chunk
