"""Stores FAQ entries and documents and keeps their chunks equal to them."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator

from schema_index.chunking import ChunkText, document_chunks, faq_chunk
from schema_index.chunks import reconcile
from schema_index.models import Chunk, ChunkKind, DataSource, Document, FaqEntry
from schema_index.tasks import request_embedding
from tenants import audit
from tenants.context import current_tenant_id
from tenants.domain_error import DomainError

MAX_ANSWER = 20_000
MAX_DOCUMENT = 1_000_000
"""Characters, as in the admin's forms."""


class KnowledgeInvalid(DomainError):
    """An entry is empty or too long: `message` names the field."""

    code = "invalid_request"


def save_faq(*, question: str, answer: str, actor: str, source: DataSource | None = None) -> FaqEntry:
    """Add an entry, or replace the answer of the same question. Needs an open scope. Raises KnowledgeInvalid."""
    tenant_id = current_tenant_id()
    _check(FaqEntry(tenant_id=tenant_id, question=question, answer=answer))
    entry, _ = FaqEntry.objects.update_or_create(
        tenant_id=tenant_id, question=question, defaults={"answer": answer, "source": source}
    )
    index_faq(entry)
    audit.record("faq.saved", actor=actor, subject=str(entry.id))
    return entry


def save_document(*, title: str, text: str, actor: str, source: DataSource | None = None) -> Document:
    """Add a document, or replace the text of the same title. Needs an open scope. Raises KnowledgeInvalid."""
    tenant_id = current_tenant_id()
    _check(Document(tenant_id=tenant_id, title=title, text=text))
    document, _ = Document.objects.update_or_create(
        tenant_id=tenant_id, title=title, defaults={"text": text, "source": source}
    )
    index_document(document)
    audit.record("document.saved", actor=actor, subject=str(document.id))
    return document


def index_faq(entry: FaqEntry) -> None:
    _index(entry, ChunkKind.FAQ, [faq_chunk(key=str(entry.id), question=entry.question, answer=entry.answer)])


def index_document(document: Document) -> None:
    _index(
        document,
        ChunkKind.DOCUMENT,
        document_chunks(key=str(document.id), title=document.title, text=document.text),
    )


def forget(entry_id: UUID, *, kind: ChunkKind, source_id: UUID | None) -> None:
    """Remove every chunk and vector of a knowledge entry that is being deleted."""
    reconcile((), kind=kind, source_id=source_id, key_prefix=str(entry_id))


def _index(entry: FaqEntry | Document, kind: ChunkKind, wanted: Iterable[ChunkText]) -> None:
    # An entry that moved to another source leaves nothing with the one it had.
    of_entry = Chunk.objects.filter(kind=kind, object_key__startswith=str(entry.id))
    for source_id in set(of_entry.values_list("source_id", flat=True)) - {entry.source_id}:
        forget(entry.id, kind=kind, source_id=source_id)
    done = reconcile(wanted, kind=kind, source_id=entry.source_id, key_prefix=str(entry.id))
    if done.to_embed:
        request_embedding(entry.tenant_id)


def _check(entry: FaqEntry | Document) -> None:
    title, body = (entry.question, entry.answer) if isinstance(entry, FaqEntry) else (entry.title, entry.text)
    longest = MAX_ANSWER if isinstance(entry, FaqEntry) else MAX_DOCUMENT
    try:
        entry.full_clean(exclude=["tenant", "source"], validate_unique=False, validate_constraints=False)
        MaxLengthValidator(longest)(body)
        ProhibitNullCharactersValidator()(title + body)
    except ValidationError as error:
        raise KnowledgeInvalid(f"The entry is not valid: {' '.join(error.messages)}") from None
