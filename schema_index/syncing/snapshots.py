"""One schema sync: introspect, compare, ask what it breaks, store, tell. No transaction is open while the target is
read or asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Q
from django.utils import timezone

from schema_index.connectors.base import Introspection, Progress
from schema_index.metrics import SYNCS
from schema_index.models import DataSource, SchemaChange, Snapshot
from schema_index.schema import DatabaseSchema, plain
from schema_index.schema_json import from_json
from schema_index.signals import schema_changed, schema_changing
from schema_index.sources import DataSourceNotFound, open_connector, visible_part
from schema_index.syncing import proposed_schemas, sync_runs
from schema_index.syncing.breakage import Breakage
from schema_index.syncing.ddl_trigger import read_ddl_mark
from schema_index.syncing.diff import Change, diff
from schema_index.syncing.storable import storable
from schema_index.syncing.sync_runs import StoredProgress, SyncResult
from schema_index.value_dictionary.values import Vocabulary, permitted, read_values, store_values
from tenants import audit
from tenants.clock import database_now
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError

LEASE = timedelta(minutes=15)
"""Longer than any sync may take; a lease outlives only a process that died."""


class SyncInProgress(DomainError):
    """Another sync of the same source is under way: wait for it."""

    code = "data_source_unavailable"
    retryable = True


def sync(
    tenant_id: UUID,
    *,
    source_id: UUID,
    actor: str,
    progress: Progress | None = None,
    run_id: UUID | None = None,
    accept: bool = False,
) -> SyncResult:
    """Bring what we know of a source up to date. A failure is stored on the source and its run, and raised.

    `run_id` names the run that was queued for it; without one, the sync keeps account in a new one. With `accept`, what
    is found is taken into use whatever it breaks.
    Raises DataSourceNotFound, SyncInProgress, DataSourceForbidden, CredentialUnreadable, DataSourceUnavailable.
    """
    with _lease(tenant_id, source_id, actor=actor, run_id=run_id) as (source, own_run):
        try:
            seen = _read(source, progress=StoredProgress(tenant_id, own_run, also=progress))
            changing = _changing(source, seen)
            with tenant_transaction(tenant_id):
                result = _decided(_held(source), seen, changing, actor=actor, accept=accept)
                if seen.ddl_mark != source.ddl_mark:
                    DataSource.objects.filter(id=source_id).update(ddl_mark=seen.ddl_mark)
                sync_runs.finish(own_run, result)
            SYNCS.labels("refused" if result.is_refused else "done").inc()
            return result
        except DomainError as error:
            SYNCS.labels(error.code).inc()
            with tenant_transaction(tenant_id):
                DataSource.objects.filter(id=source_id, sync_lease_until=source.sync_lease_until).update(
                    sync_error=error.message
                )
                sync_runs.fail(own_run, error=error.message)
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    found: Introspection
    visible: DatabaseSchema
    values: Vocabulary
    ddl_mark: str


def _read(source: DataSource, *, progress: Progress) -> _Seen:
    """What the target says. No transaction is open."""
    connector = open_connector(source)
    # Before the schema is read: what changes meanwhile moves the mark, and is read the next time.
    mark = read_ddl_mark(connector) if source.watch_ddl else None
    found = storable(connector.introspect(progress=progress))
    visible = visible_part(source, found.schema)
    values = Vocabulary()
    if source.index_values:
        values = read_values(connector, visible, excluded=source.values_excluded, included=source.values_included)
    return _Seen(found=found, visible=visible, values=values, ddl_mark=mark or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changing:
    changes: tuple[Change, ...] = ()
    broken: tuple[Breakage, ...] = ()


def _changing(source: DataSource, seen: _Seen) -> _Changing:
    """What is different from the schema in use, and what that breaks. No transaction is open. A first schema breaks
    nothing."""
    schema = seen.found.schema
    if source.snapshot_id is None:
        return _Changing(changes=diff(None, schema))
    with tenant_transaction(source.tenant_id):
        # The description, which may take megabytes, is read when something changed.
        known = Snapshot.objects.filter(id=source.snapshot_id).exclude(fingerprint=schema.fingerprint).first()
    if known is None:
        return _Changing()
    changes = diff(from_json(known.description), schema)
    told: list[tuple[Any, Any]] = schema_changing.send(DataSource, source=source, schema=seen.visible, changes=changes)
    return _Changing(changes=changes, broken=tuple(one for _, found in told for one in found))


def _decided(source: DataSource, seen: _Seen, changing: _Changing, *, actor: str, accept: bool) -> SyncResult:
    """Taken into use, or kept as proposed; in the open scope's transaction, with the lease."""
    fingerprint, broken = seen.found.schema.fingerprint, changing.broken
    if source.snapshot and not accept and proposed_schemas.is_refused(source, fingerprint=fingerprint, broken=broken):
        proposed_schemas.propose(source, fingerprint=fingerprint, changes=changing.changes, broken=broken)
        DataSource.objects.filter(id=source.id).update(sync_error="")
        return SyncResult(
            revision=source.snapshot.revision,
            tables=len(seen.found.schema.tables),
            changes=changing.changes,
            broken=broken,
            is_refused=True,
        )
    proposed_schemas.forget(source)
    result = record(source, seen.found, seen.values, actor=actor, changes=changing.changes)
    if broken:
        proposed_schemas.tell_taken(source, broken=broken, actor=actor)
    return replace(result, broken=broken)


@contextmanager
def _lease(tenant_id: UUID, source_id: UUID, *, actor: str, run_id: UUID | None) -> Iterator[tuple[DataSource, UUID]]:
    """One sync a source at a time. A row with an expiry, because a pooled connection would lose an advisory lock."""
    own_run = None
    with tenant_transaction(tenant_id):
        now = database_now()
        until = now + LEASE
        free = Q(sync_lease_until=None) | Q(sync_lease_until__lt=now)
        taken = DataSource.objects.filter(free, id=source_id).update(sync_lease_until=until)
        source = DataSource.objects.filter(id=source_id).first()
        if source is not None and taken:
            own_run = sync_runs.begin(source, run_id=run_id, actor=actor, until=until)
    if source is None:
        raise DataSourceNotFound("There is no such data source.")
    if own_run is None:
        raise SyncInProgress(f'Another sync of "{source.slug}" is under way: wait for it to end.')
    try:
        yield source, own_run
    finally:
        with tenant_transaction(tenant_id):
            DataSource.objects.filter(id=source_id, sync_lease_until=until).update(sync_lease_until=None)
            sync_runs.fail(own_run, error=sync_runs.UNEXPECTED)


def _held(source: DataSource) -> DataSource:
    """The source as it is stored now, locked. A sync that outlived its lease may have been overtaken, and must not put
    the past over the present."""
    locked = DataSource.objects.select_for_update(of=("self",)).select_related("snapshot")
    # The description, which may take megabytes, is read when something changed.
    found = locked.defer("snapshot__description").filter(id=source.id).first()
    if found is None:
        raise DataSourceNotFound("The data source was deleted while it was read.")
    if found.sync_lease_until != source.sync_lease_until:
        raise SyncInProgress(f'Another sync of "{source.slug}" has taken over: it took longer than {LEASE}.')
    return found


def record(
    source: DataSource, found: Introspection, values: Vocabulary, *, actor: str, changes: tuple[Change, ...]
) -> SyncResult:
    """Store what one introspection found and tell whoever listens, in the open scope's transaction. `changes` are those
    against the schema in use, which the caller's lease has kept as it was."""
    visible = visible_part(source, found.schema)
    # What is hidden or excluded since the values were read is not stored any more.
    values = permitted(values, source=source, schema=visible)
    store_values(values, source_id=source.id)
    known = source.snapshot
    unreadable = tuple(f"{one.schema}.{one.name}: {one.reason}" for one in found.unreadable)
    source.synced_at, source.sync_error = timezone.now(), ""
    if known is None or known.fingerprint != found.schema.fingerprint:
        source.snapshot = _store_snapshot(source, found.schema, changes, unreadable)
        audit.record("schema.changed", actor=actor, subject=source.slug, revision=source.snapshot.revision)
    elif known.unreadable != list(unreadable):
        known.unreadable = list(unreadable)
        known.save(update_fields=["unreadable"])
    source.save(update_fields=["snapshot", "synced_at", "sync_error"])
    if changes:
        schema_changed.send(DataSource, source=source, snapshot=source.snapshot, schema=visible, changes=changes)
    assert source.snapshot is not None
    return SyncResult(
        revision=source.snapshot.revision,
        tables=len(found.schema.tables),
        changes=changes,
        unreadable=unreadable,
    )


def _store_snapshot(
    source: DataSource, schema: DatabaseSchema, changes: tuple[Change, ...], unreadable: tuple[str, ...]
) -> Snapshot:
    snapshot = Snapshot.objects.create(
        tenant_id=source.tenant_id,
        source=source,
        revision=1 + (Snapshot.objects.filter(source=source).aggregate(last=Max("revision"))["last"] or 0),
        fingerprint=schema.fingerprint,
        description=plain(schema),
        unreadable=list(unreadable),
    )
    SchemaChange.objects.bulk_create(
        [
            SchemaChange(
                tenant_id=source.tenant_id,
                snapshot=snapshot,
                place=place,
                kind=change.kind,
                table=change.table_name,
                column=change.column,
                former=change.former_name,
                detail=change.detail,
            )
            for place, change in enumerate(changes)
        ],
        batch_size=1_000,
    )
    return snapshot
