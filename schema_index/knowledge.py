"""Stores FAQ entries and documents and keeps their chunks equal to them."""

from uuid import UUID

from schema_index.chunking import document_chunks, faq_chunk
from schema_index.chunks import reconcile
from schema_index.models import ChunkKind, DataSource, Document, FaqEntry
from schema_index.tasks import request_embedding
from tenants import audit
from tenants.context import current_tenant_id


def save_faq(*, question: str, answer: str, actor: str, source: DataSource | None = None) -> FaqEntry:
    """Add an entry, or replace the answer of the same question. Needs an open scope."""
    entry, _ = FaqEntry.objects.update_or_create(
        tenant_id=current_tenant_id(), question=question, defaults={"answer": answer, "source": source}
    )
    index_faq(entry)
    audit.record("faq.saved", actor=actor, subject=str(entry.id))
    return entry


def save_document(*, title: str, text: str, actor: str, source: DataSource | None = None) -> Document:
    """Add a document, or replace the text of the same title. Needs an open scope."""
    document, _ = Document.objects.update_or_create(
        tenant_id=current_tenant_id(), title=title, defaults={"text": text, "source": source}
    )
    index_document(document)
    audit.record("document.saved", actor=actor, subject=str(document.id))
    return document


def index_faq(entry: FaqEntry) -> None:
    wanted = [faq_chunk(key=str(entry.id), question=entry.question, answer=entry.answer)]
    done = reconcile(wanted, kind=ChunkKind.FAQ, source_id=entry.source_id, key_prefix=str(entry.id))
    if done.to_embed:
        request_embedding(entry.tenant_id)


def index_document(document: Document) -> None:
    wanted = document_chunks(key=str(document.id), title=document.title, text=document.text)
    done = reconcile(wanted, kind=ChunkKind.DOCUMENT, source_id=document.source_id, key_prefix=str(document.id))
    if done.to_embed:
        request_embedding(document.tenant_id)


def forget(entry_id: UUID, *, kind: ChunkKind, source_id: UUID | None) -> None:
    """Remove every chunk and vector of a knowledge entry that is being deleted."""
    reconcile((), kind=kind, source_id=source_id, key_prefix=str(entry_id))
