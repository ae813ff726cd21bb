"""What follows a change of schema: chunks are reconciled, and what is new is embedded after the commit."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from schema_index.catalogue import indexed_catalogue
from schema_index.indexing.chunking import schema_chunks
from schema_index.indexing.chunks import reconcile
from schema_index.knowledge import references
from schema_index.models import ChunkKind, DataSource
from schema_index.schema import DatabaseSchema
from schema_index.signals import schema_changed, visibility_changed
from schema_index.syncing.diff import Change
from schema_index.tasks import request_embedding
from schema_index.value_dictionary.values import prune_values


def _mark_stale_knowledge(*, source: DataSource, schema: DatabaseSchema, changes: Sequence[Change], **_: Any) -> None:
    references.follow_changes(source, schema=schema, changes=changes, on=timezone.now().date())


def _follow_visibility(*, source: DataSource, **_: Any) -> None:
    """After a change of what the source hides: chunks and values follow at once, without a sync."""
    if source.snapshot_id is not None:
        schema = indexed_catalogue(source).schema
        _reconcile_table_chunks(source=source, schema=schema)
        prune_values(source, schema=schema)
        references.refresh(source, schema=schema)
        references.forget_hidden(source)


def _reconcile_table_chunks(*, source: DataSource, schema: DatabaseSchema, **_: Any) -> None:
    if reconcile(schema_chunks(schema), kind=ChunkKind.TABLE, source_id=source.id):
        request_embedding(source.tenant_id)


def connect() -> None:
    schema_changed.connect(_reconcile_table_chunks, dispatch_uid="schema_index.indexing.chunks")
    schema_changed.connect(_mark_stale_knowledge, dispatch_uid="schema_index.knowledge.references")
    visibility_changed.connect(_follow_visibility, dispatch_uid="schema_index.visibility")
