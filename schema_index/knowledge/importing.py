"""Imports files as knowledge: what is unchanged is not touched, and one bad file does not stop the rest."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from schema_index.documents.clean import clean_line, clean_text
from schema_index.documents.document_text import DocumentUnreadable
from schema_index.documents.faq_lines import SUFFIX as FAQ_SUFFIX
from schema_index.documents.faq_lines import BadLine, FaqLine, read_faq_lines
from schema_index.documents.formats import SUFFIXES
from schema_index.documents.read import read_document
from schema_index.knowledge import knowledge
from schema_index.knowledge.addresses import Address, FileUnreadable, FoundFile
from schema_index.knowledge.knowledge import Details, KnowledgeExists, KnowledgeInvalid, Origin
from schema_index.models import DataSource, Document, FaqEntry, ReviewState
from tenants.context import current_tenant_id, tenant_transaction

ACTOR = "system:import"
"""Author of what an import wrote, and who deleted what it no longer found."""

LINES_PER_TRANSACTION = 100


class Outcome(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    PRUNED = "pruned"
    LEFT_DELETED = "left deleted"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one file, of one line of an FAQ file, or of an entry whose original is gone."""

    uri: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """`metadata` replaces that of each entry; None leaves it. `prune` deletes what the address no longer holds."""

    source_id: UUID | None = None
    review_state: ReviewState = ReviewState.REVIEWED
    metadata: Mapping[str, Any] | None = None
    prune: bool = False


Progress = Callable[[int, int, str], None]


def import_address(
    tenant_id: UUID, address: Address, *, options: ImportOptions, progress: Progress | None = None
) -> Iterator[Imported]:
    """Each file's outcome as it is known. Raises AddressUnreadable before anything is written.

    No transaction is open while a file is fetched and read.
    """
    listing = address.listing()
    for folder in listing.unreadable:
        yield _failed(folder, "the folder could not be listed")
    wanted = [file for file in listing.files if _suffix(file) in SUFFIXES | {FAQ_SUFFIX}]
    for file in listing.files:
        if file not in wanted:
            yield Imported(uri=file.uri, outcome=Outcome.SKIPPED, reason="its kind is not read")
    for number, file in enumerate(wanted):
        if progress is not None:
            progress(number, len(wanted), file.uri)
        yield from _import_file(tenant_id, address, file, options)
    # An address that holds nothing is likelier to be mistyped or not mounted than emptied.
    if options.prune and wanted and not listing.unreadable:
        yield from _prune(tenant_id, listing.uri, kept={file.uri for file in wanted})


def _import_file(tenant_id: UUID, address: Address, file: FoundFile, options: ImportOptions) -> Iterator[Imported]:
    try:
        data = address.read(file)
        origin = Origin(uri=file.uri, hash=hashlib.sha256(data).hexdigest())
        if _suffix(file) == FAQ_SUFFIX:
            yield from _import_lines(tenant_id, list(read_faq_lines(data)), origin, options)
        else:
            yield _import_document(tenant_id, data, origin, options)
    except (FileUnreadable, DocumentUnreadable, KnowledgeInvalid, KnowledgeExists) as error:
        yield _failed(file.uri, error.message)


def _import_document(tenant_id: UUID, data: bytes, origin: Origin, options: ImportOptions) -> Imported:
    with tenant_transaction(tenant_id):
        known = Document.objects.filter(origin_uri=origin.uri).first()
    if known is not None:
        if (left := _left_deleted(known, origin.uri)) is not None:
            return left
        if (known.deleted_at, known.origin_hash, known.source_id) == (None, origin.hash, options.source_id):
            return Imported(uri=origin.uri, outcome=Outcome.UNCHANGED)
    found = read_document(data, name=origin.uri)
    with tenant_transaction(tenant_id):
        details = _details(options, origin, options.metadata)
        knowledge.save_document(title=found.title, text=found.text, actor=ACTOR, **details)
    return Imported(uri=origin.uri, outcome=Outcome.ADDED if known is None else Outcome.CHANGED)


def _import_lines(
    tenant_id: UUID, lines: list[FaqLine | BadLine], origin: Origin, options: ImportOptions
) -> Iterator[Imported]:
    asked, rest, is_whole = set[str](), iter(lines), True
    while batch := list(islice(rest, LINES_PER_TRANSACTION)):
        with tenant_transaction(tenant_id):
            done = [_import_line(line, origin, options, asked) for line in batch]
        is_whole = is_whole and all(one.outcome != Outcome.FAILED for one in done)
        yield from done
    # A line that could not be read may have been the one that seems to be gone.
    if options.prune and is_whole:
        with tenant_transaction(tenant_id):
            gone = FaqEntry.objects.filter(origin_uri=origin.uri, deleted_at=None).exclude(question__in=asked)
            pruned = [_pruned(entry) for entry in gone]
        yield from pruned


def _import_line(line: FaqLine | BadLine, origin: Origin, options: ImportOptions, asked: set[str]) -> Imported:
    uri = f"{origin.uri}:{line.number}"
    if isinstance(line, BadLine):
        return _failed(uri, line.reason)
    question = clean_line(line.question)
    if question in asked:
        return _failed(uri, "the question stands further up already")
    asked.add(question)
    known = _known_entry(question, origin)
    if known is not None and (hindrance := _hindrance(known, origin, uri)) is not None:
        return hindrance
    metadata = line.metadata if line.metadata is not None else options.metadata
    if known is not None and _is_same(known, line, metadata, options):
        return Imported(uri=uri, outcome=Outcome.UNCHANGED)
    entry = known or FaqEntry(tenant_id=current_tenant_id())
    entry.question, entry.answer = question, line.answer
    try:
        knowledge.save(entry, actor=ACTOR, **_details(options, origin, metadata))
    except (KnowledgeInvalid, KnowledgeExists) as error:
        return _failed(uri, error.message)
    return Imported(uri=uri, outcome=Outcome.ADDED if known is None else Outcome.CHANGED)


def _known_entry(question: str, origin: Origin) -> FaqEntry | None:
    """The entry in use, else the one of this file that was deleted."""
    found = FaqEntry.objects.filter(Q(deleted_at=None) | Q(origin_uri=origin.uri), question=question)
    return found.order_by(F("deleted_at").desc(nulls_first=True)).first()


def _hindrance(known: FaqEntry, origin: Origin, uri: str) -> Imported | None:
    if known.origin_uri != origin.uri:
        return _failed(uri, "an entry that was not imported from here has this question: change or delete that one")
    return _left_deleted(known, uri)


def _is_same(known: FaqEntry, line: FaqLine, metadata: Any, options: ImportOptions) -> bool:
    """The file as a whole may have changed: what counts is this line."""
    return (
        known.deleted_at is None
        and known.answer == clean_text(line.answer)
        and (metadata is None or known.metadata == metadata)
        and known.source_id == options.source_id
    )


def _prune(tenant_id: UUID, root: str, *, kept: set[str]) -> list[Imported]:
    below = Q(origin_uri__startswith=f"{root.rstrip('/')}/", deleted_at=None)
    with tenant_transaction(tenant_id):
        found: list[Document | FaqEntry] = [*Document.objects.filter(below), *FaqEntry.objects.filter(below)]
        return [_pruned(entry) for entry in found if entry.origin_uri not in kept]


def _pruned(entry: Document | FaqEntry) -> Imported:
    knowledge.delete(entry, actor=ACTOR)
    return Imported(uri=entry.origin_uri, outcome=Outcome.PRUNED, reason=f"“{entry}” is not there any more")


def _failed(uri: str, reason: str) -> Imported:
    return Imported(uri=uri, outcome=Outcome.FAILED, reason=reason)


def _left_deleted(entry: Document | FaqEntry, uri: str) -> Imported | None:
    """What somebody deleted is not brought back."""
    if entry.deleted_at is None or entry.deleted_by == ACTOR:
        return None
    reason = f"{entry.deleted_by} deleted it: restore or erase it to import it again"
    return Imported(uri=uri, outcome=Outcome.LEFT_DELETED, reason=reason)


def _details(options: ImportOptions, origin: Origin, metadata: Mapping[str, Any] | None) -> Details:
    source = None if options.source_id is None else DataSource.objects.get(id=options.source_id)
    return {"source": source, "metadata": metadata, "review_state": options.review_state, "origin": origin}


def _suffix(file: FoundFile) -> str:
    return PurePosixPath(file.uri.lower()).suffix
