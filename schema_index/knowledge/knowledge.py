"""FAQ entries and documents: added, changed, reviewed, deleted and restored, each with its audit event.

Every function needs an open tenant scope and runs in its transaction; chunks follow at once, vectors after the commit.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict, TypeVar, Unpack
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from schema_index.documents.clean import clean_line, clean_text
from schema_index.documents.document_text import MAX_TEXT
from schema_index.knowledge.index import Entry, index
from schema_index.knowledge.metadata import metadata_fault
from schema_index.models import DataSource, Document, FaqEntry, ReviewState
from tenants import audit
from tenants.context import current_tenant_id
from tenants.domain_error import DomainError

MAX_ANSWER = 20_000
MAX_DOCUMENT = MAX_TEXT
"""Characters, as in the admin's forms."""

MAX_ORIGIN_BYTES = 2_000
"""Of an address; an index entry of PostgreSQL holds 2,704 bytes."""

EntryT = TypeVar("EntryT", FaqEntry, Document)


class KnowledgeInvalid(DomainError):
    """An entry is empty or too long, or its metadata is no metadata: `message` names the field."""

    code = "invalid_request"


class KnowledgeExists(DomainError):
    """Another entry has this question, or another document this title: change that one, or restore it."""

    code = "already_exists"


class KnowledgeNotFound(DomainError):
    """The tenant has no such entry; another tenant's answers the same."""

    code = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an entry was imported from, without credentials, and the SHA-256 of the file there."""

    uri: str
    hash: str


class Details(TypedDict, total=False):
    """What goes with a text. `source` is None for knowledge about the whole tenant; `metadata` replaces what the entry
    has, and None leaves it, as it does `origin`."""

    source: DataSource | None
    metadata: Mapping[str, object] | None
    review_state: str
    origin: Origin | None


def save_faq(*, question: str, answer: str, actor: str, **details: Unpack[Details]) -> FaqEntry:
    """Add an entry, or replace the one with the same question. Raises KnowledgeInvalid."""
    known = FaqEntry.objects.filter(question=clean_line(question), deleted_at=None).first()
    entry = known or FaqEntry(tenant_id=current_tenant_id())
    entry.question, entry.answer = question, answer
    return save(entry, actor=actor, **details)


def propose_faq(*, question: str, answer: str, actor: str, source: DataSource | None) -> FaqEntry:
    """A definition that waits for a curator. What there is under this question stays as it is, whoever wrote it and
    whatever was decided: a proposal never changes what questions find. Raises KnowledgeInvalid."""
    known = FaqEntry.objects.filter(question=clean_line(question), deleted_at=None).first()
    if known is not None:
        return known
    return save_faq(question=question, answer=answer, actor=actor, source=source, review_state=ReviewState.PROPOSED)


def save_document(*, title: str, text: str, actor: str, **details: Unpack[Details]) -> Document:
    """Add a document, or replace the one with the same address or, without one, the same title.

    Raises KnowledgeInvalid.
    """
    origin = details.get("origin")
    if origin is None:
        known = Document.objects.filter(title=clean_line(title), origin_uri="", deleted_at=None).first()
    else:
        known = Document.objects.filter(origin_uri=origin.uri).first()
    document = known or Document(tenant_id=current_tenant_id())
    document.title, document.text = title, text
    return save(document, actor=actor, **details)


def store(entry: Entry, *, actor: str) -> None:
    """Write the entry as it is and make its chunks follow. Raises KnowledgeInvalid or KnowledgeExists.

    What nobody can see is removed from its text; whoever changes the text is its author.
    """
    _clean(entry)
    _check(entry)
    digest = hashlib.sha256(f"{entry.heading}\n{entry.body}".encode()).hexdigest()
    is_new = entry.content_hash != digest
    if is_new:
        entry.content_hash, entry.author = digest, actor
    _note_review(entry, actor=actor, is_new=is_new)
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError:
        raise KnowledgeExists(f"There is an entry with this {entry.heading_field} already: change that one.") from None
    index(entry)
    audit.record(f"{entry.kind}.saved", actor=actor, subject=str(entry.id), review_state=entry.review_state)


def delete(entry: Entry, *, actor: str) -> None:
    """Its chunks and vectors go at once; the row stays, and can be restored."""
    entry.deleted_at, entry.deleted_by = timezone.now(), actor
    entry.save(update_fields=["deleted_at", "deleted_by", "updated_at"])
    index(entry)
    audit.record(f"{entry.kind}.deleted", actor=actor, subject=str(entry.id))


def restore(entry: Entry, *, actor: str) -> None:
    """Raises KnowledgeExists where another entry took its place meanwhile."""
    entry.deleted_at, entry.deleted_by = None, ""
    store(entry, actor=actor)


def erase(entry: Entry, *, actor: str) -> None:
    """Delete the row too: nothing of the entry can be restored."""
    subject = str(entry.id)
    delete(entry, actor=actor)
    entry.delete()
    audit.record(f"{entry.kind}.erased", actor=actor, subject=subject)


def review(entry: Entry, *, state: ReviewState, actor: str) -> None:
    entry.review_state = state
    store(entry, actor=actor)


def find(model: type[EntryT], entry_id: UUID, *, deleted: bool = False) -> EntryT:
    """Locked until the transaction ends. Raises KnowledgeNotFound."""
    found = model.objects.select_for_update().filter(id=entry_id, deleted_at__isnull=not deleted).first()
    if found is None:
        raise KnowledgeNotFound("There is no such entry." if not deleted else "There is no such deleted entry.")
    return found


def save(entry: EntryT, *, actor: str, **details: Unpack[Details]) -> EntryT:
    entry.source, entry.review_state = details.get("source"), details.get("review_state", ReviewState.REVIEWED)
    if (metadata := details.get("metadata")) is not None:
        entry.metadata = dict(metadata)
    if (origin := details.get("origin")) is not None:
        entry.origin_uri, entry.origin_hash = origin.uri, origin.hash
    entry.deleted_at, entry.deleted_by = None, ""
    store(entry, actor=actor)
    return entry


def _note_review(entry: Entry, *, actor: str, is_new: bool) -> None:
    """Who decided, and when: a text that changed, or a state that did, was decided upon now."""
    stored = type(entry).objects.filter(id=entry.id).values_list("review_state", flat=True).first()
    if entry.review_state == ReviewState.PROPOSED:
        entry.reviewer, entry.reviewed_at = "", None
    elif is_new or stored != entry.review_state:
        entry.reviewer, entry.reviewed_at = actor, timezone.now()


def _clean(entry: Entry) -> None:
    if "\0" in entry.heading + entry.body:
        # They mark what is no text at all, rather than text with something invisible in it.
        raise KnowledgeInvalid("The entry is not valid. Null characters are no text.")
    setattr(entry, entry.heading_field, clean_line(entry.heading))
    setattr(entry, entry.body_field, clean_text(entry.body))


def _check(entry: Entry) -> None:
    longest = MAX_ANSWER if isinstance(entry, FaqEntry) else MAX_DOCUMENT
    faults: list[str] = []
    try:
        entry.full_clean(exclude=["tenant", "source"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        faults += [f"{field}: {' '.join(messages)}" for field, messages in sorted(error.message_dict.items())]
    if len(entry.body) > longest:
        faults.append(f"{entry.body_field}: it may have {longest:,} characters.")
    if (fault := metadata_fault(entry.metadata)) is not None:
        faults.append(f"metadata: {fault}")
    if len(entry.origin_uri.encode()) > MAX_ORIGIN_BYTES:
        faults.append(f"origin_uri: it may have {MAX_ORIGIN_BYTES:,} bytes.")
    if faults:
        raise KnowledgeInvalid(f"The entry is not valid. {' '.join(faults)}")
