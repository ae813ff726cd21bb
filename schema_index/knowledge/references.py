"""Stored references from knowledge to tables and columns, and the marks of what became stale with them.

Everything here needs an open scope.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from schema_index.catalogue import indexed_catalogue
from schema_index.indexing.rows import make_rows
from schema_index.knowledge.named_objects import ObjectName, SchemaNames
from schema_index.knowledge.staleness import Doubt, doubts
from schema_index.models import DataSource, Document, FaqEntry, Reference, ReviewState, StaleMark, SubjectKind
from schema_index.schema import DatabaseSchema
from schema_index.sources import DataSourceNotSynced
from schema_index.syncing.diff import Change

MAX_SOURCES = 50
"""Sources that knowledge about the whole tenant is compared with, by slug."""

MAX_REASONS = 3
"""Told of one subject where there is little room; all of them are stored."""

_FIELDS = ("subject_kind", "subject_id", "source_id", "schema", "table", "column")

_NAMES_CHANGED = {"table_added", "table_removed", "table_renamed", "column_added", "column_removed", "column_renamed"}


def update(*, kind: SubjectKind, subject_id: UUID, source_id: UUID | None, text: str) -> None:
    """Of a subject that was saved: what it names is stored, and nothing of it is stale any more.

    `source_id` is None for knowledge about the whole tenant, which may name tables of any source.
    """
    clear(kind=kind, subject_id=subject_id)
    synced = DataSource.objects.exclude(snapshot=None).order_by("slug")
    sources = synced.filter(id=source_id) if source_id else synced[:MAX_SOURCES]
    wanted = ((kind, subject_id, source.id, *name) for source in sources for name in _names_of(source).named_in(text))
    make_rows(Reference.objects.filter(subject_kind=kind, subject_id=subject_id), _FIELDS, wanted)


def forget(*, kind: SubjectKind, subject_id: UUID) -> None:
    """Of a subject that is deleted, or no longer used."""
    clear(kind=kind, subject_id=subject_id)
    Reference.objects.filter(subject_kind=kind, subject_id=subject_id).delete()


def clear(*, kind: SubjectKind, subject_id: UUID) -> None:
    """Somebody has looked: the subject is still right as it stands."""
    StaleMark.objects.filter(subject_kind=kind, subject_id=subject_id).delete()


def follow_changes(source: DataSource, *, schema: DatabaseSchema, changes: Sequence[Change], on: date) -> None:
    """Mark what the changes make doubtful, then find anew what knowledge names. `schema` is the visible part."""
    found = doubts(changes, visible=schema, on=on)
    if found:
        _mark(source, found)
    if any(change.kind in _NAMES_CHANGED for change in changes):
        refresh(source, schema=schema)


def refresh(source: DataSource, *, schema: DatabaseSchema) -> None:
    """After a change of the visible schema: references follow. What upper apps refer to stays as they said."""
    names = SchemaNames(schema)
    own = Reference.objects.filter(source_id=source.id, subject_kind__in=[FaqEntry.kind, Document.kind])
    named = ((entry, name) for entry in _entries(source) for name in names.named_in(text_of(entry)))
    make_rows(own, _FIELDS, ((entry.kind, entry.id, source.id, *name) for entry, name in named))


def forget_hidden(source: DataSource) -> None:
    """What is hidden is named by no mark."""
    names = set(source.hidden)
    of_source = StaleMark.objects.filter(source_id=source.id)
    gone = [mark.id for mark in of_source if _is_hidden(mark.object_name, names) or _is_hidden(mark.renamed_to, names)]
    of_source.filter(id__in=gone).delete()


def stale_reasons(subject_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Why knowledge of these ids may not hold any more; those that are not stale are left out. One query."""
    reasons: dict[UUID, list[str]] = defaultdict(list)
    for mark in StaleMark.objects.filter(subject_id__in=set(subject_ids)):
        reasons[mark.subject_id].append(mark.reason)
    return {key: "; ".join(found[:MAX_REASONS]) for key, found in reasons.items()}


def stale_ids(kind: SubjectKind) -> QuerySet[StaleMark, UUID]:
    """Of the subjects of one kind that are stale, for a subquery."""
    return StaleMark.objects.filter(subject_kind=kind).values_list("subject_id", flat=True)


def _names_of(source: DataSource) -> SchemaNames:
    try:
        return SchemaNames(indexed_catalogue(source).schema)
    except DataSourceNotSynced:
        # It became another engine: its next sync finds out.
        return SchemaNames(DatabaseSchema.of(source.dialect, "", []))


def _entries(source: DataSource) -> Iterator[FaqEntry | Document]:
    here = Q(source_id=source.id) | Q(source_id=None), Q(review_state=ReviewState.REVIEWED, deleted_at=None)
    yield from FaqEntry.objects.filter(*here).iterator(chunk_size=200)
    yield from Document.objects.filter(*here).iterator(chunk_size=20)


def text_of(entry: FaqEntry | Document) -> str:
    return f"{entry.heading}\n\n{entry.body}"


def _mark(source: DataSource, found: Sequence[Doubt]) -> None:
    by_name = {doubt.name: doubt for doubt in found}
    marks: dict[tuple[str, UUID, ObjectName], Doubt] = {}
    for one in Reference.objects.filter(source_id=source.id):
        table = by_name.get(ObjectName(schema=one.schema, table=one.table))
        column = by_name.get(ObjectName(schema=one.schema, table=one.table, column=one.column)) if one.column else None
        for doubt in (table, column):
            if doubt is not None and (doubt is column or doubt.with_columns or not one.column):
                marks[one.subject_kind, one.subject_id, doubt.name] = doubt
    StaleMark.objects.bulk_create(
        [
            StaleMark(
                tenant_id=source.tenant_id,
                subject_kind=kind,
                subject_id=subject_id,
                source_id=source.id,
                object_name=_written(name),
                renamed_to=doubt.now,
                reason=doubt.reason,
            )
            for (kind, subject_id, name), doubt in marks.items()
        ],
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["tenant", "subject_kind", "subject_id", "source", "object_name"],
        update_fields=["renamed_to", "reason"],
    )


def _written(name: ObjectName) -> str:
    return ".".join(part for part in name if part)


def _is_hidden(name: str, hidden: set[str]) -> bool:
    return name in hidden or any(name.startswith(f"{one}.") for one in hidden)
