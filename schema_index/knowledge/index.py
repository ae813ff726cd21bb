"""Keeps the chunks of FAQ entries and documents equal to them."""

from collections.abc import Iterable

from schema_index.indexing.chunking import ChunkText, document_chunks, faq_chunks
from schema_index.indexing.chunks import reconcile
from schema_index.knowledge import references
from schema_index.models import Chunk, ChunkKind, Document, FaqEntry
from schema_index.tasks import request_embedding

Entry = FaqEntry | Document


def index(entry: Entry) -> None:
    """Make its chunks what it says now: none at all unless it is reviewed and not deleted. Needs an open scope."""
    kind = ChunkKind(entry.kind.value)
    of_entry = Chunk.objects.filter(kind=kind, object_key__startswith=str(entry.id))
    # An entry that moved to another source leaves nothing with the one it had.
    for source_id in set(of_entry.values_list("source_id", flat=True)) - {entry.source_id}:
        reconcile((), kind=kind, source_id=source_id, key_prefix=str(entry.id))
    wanted = _chunks(entry) if entry.is_used else ()
    is_new = reconcile(wanted, kind=kind, source_id=entry.source_id, key_prefix=str(entry.id))
    # What filters is no part of the text: it changes without a new vector.
    of_entry.exclude(metadata=entry.metadata).update(metadata=entry.metadata)
    if is_new:
        request_embedding(entry.tenant_id)
    _refer(entry)


def _refer(entry: Entry) -> None:
    """Its references follow it too, so that it is told when what it names changes."""
    if entry.is_used:
        text = references.text_of(entry)
        references.update(kind=entry.kind, subject_id=entry.id, source_id=entry.source_id, text=text)
    else:
        references.forget(kind=entry.kind, subject_id=entry.id)


def _chunks(entry: Entry) -> Iterable[ChunkText]:
    if isinstance(entry, FaqEntry):
        return faq_chunks(key=str(entry.id), question=entry.question, answer=entry.answer)
    return document_chunks(key=str(entry.id), title=entry.title, text=entry.text)
