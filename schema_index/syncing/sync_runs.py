"""Asks for syncs, and keeps account of each: queued, running with its progress, and how it ended."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from schema_index.connectors.base import Progress
from schema_index.models import DataSource, SyncRun, SyncState
from schema_index.syncing.breakage import Breakage, as_stored
from schema_index.syncing.diff import Change
from tenants import audit
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError

KEPT_RUNS = 50
"""Of each source; older ones are deleted as new ones begin."""

PROGRESS_EVERY_S = 1.0
"""A schema of 5,000 tables is read in seconds: a row version for each of them would help nobody."""

UNEXPECTED = "It ended unexpectedly: the log of the process says why. Sync again."


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """`changes` is empty when nothing changed; `unreadable` names relations that were left out, with the reason.

    `broken` is what the changes break; a schema that `is_refused` for it is not in use: `revision` is the one before.
    """

    revision: int
    tables: int
    changes: tuple[Change, ...]
    unreadable: tuple[str, ...] = ()
    broken: tuple[Breakage, ...] = ()
    is_refused: bool = False


class SyncRunNotFound(DomainError):
    """The tenant has no such job, or it was deleted after newer ones."""

    code = "not_found"


def request(source: DataSource, *, actor: str, send: Callable[[SyncRun], None]) -> SyncRun:
    """The run that will bring the source up to date: the one under way, or a new one for `send` to hand to a worker.

    Needs an open scope, in which the source's row gets locked: of many who ask at once, one makes the run.
    """
    DataSource.objects.select_for_update(of=("self",)).get(id=source.id)
    latest = latest_run(source.id)
    if latest is not None and latest.is_active:
        return latest
    run = SyncRun.objects.create(tenant_id=source.tenant_id, source_id=source.id, requested_by=actor)
    audit.record("sync.requested", actor=actor, subject=source.slug)
    send(run)
    return run


def latest_run(source_id: UUID) -> SyncRun | None:
    return SyncRun.objects.filter(source_id=source_id).order_by("-requested_at").first()


def find(run_id: UUID) -> SyncRun:
    """Needs an open scope. Raises SyncRunNotFound."""
    run = SyncRun.objects.select_related("source").filter(id=run_id).first()
    if run is None:
        raise SyncRunNotFound("There is no such job.")
    return run


def begin(source: DataSource, *, run_id: UUID | None, actor: str, until: datetime) -> UUID:
    """Mark the run as running, or make one where nobody asked for it by name. Needs an open scope and the lease."""
    running = {"state": SyncState.RUNNING, "started_at": timezone.now(), "alive_until": until, "error": ""}
    of_source = SyncRun.objects.filter(source_id=source.id)
    # Whatever else still says that it runs has lost the lease.
    of_source.filter(~Q(id=run_id), state=SyncState.RUNNING).update(state=SyncState.INTERRUPTED)
    if run_id is None or not of_source.filter(id=run_id).update(**running):
        run_id = SyncRun.objects.create(
            tenant_id=source.tenant_id, source_id=source.id, requested_by=actor, **running
        ).id
    old = of_source.order_by("-requested_at").values("id")[KEPT_RUNS:]
    of_source.filter(id__in=old).exclude(state=SyncState.RUNNING).delete()
    return run_id


def finish(run_id: UUID, result: SyncResult) -> None:
    """Needs an open scope: that of what the sync stored."""
    kinds = Counter(change.kind for change in result.changes)
    counts: dict[str, object] = {
        "tables": result.tables,
        "unreadable": len(result.unreadable),
        "changes": dict(sorted(kinds.items())),
    }
    if result.broken:
        counts["broken"] = len(result.broken)
    SyncRun.objects.filter(id=run_id).update(
        state=SyncState.REFUSED if result.is_refused else SyncState.DONE,
        ended_at=timezone.now(),
        current="",
        done=result.tables,
        total=result.tables,
        revision=result.revision,
        counts=counts,
        broken=as_stored(result.broken),
    )


def fail(run_id: UUID, *, error: str) -> None:
    """Of a run that did not end yet. Needs an open scope."""
    SyncRun.objects.filter(id=run_id, state__in=(SyncState.QUEUED, SyncState.RUNNING)).update(
        state=SyncState.FAILED, ended_at=timezone.now(), error=error
    )


class StoredProgress:
    """Writes how far a run is, at most every `PROGRESS_EVERY_S`, and passes it on."""

    def __init__(self, tenant_id: UUID, run_id: UUID, *, also: Progress | None) -> None:
        self._tenant_id, self._run_id, self._also = tenant_id, run_id, also
        self._next = time.monotonic()

    def __call__(self, done: int, total: int, name: str) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + PROGRESS_EVERY_S
            with tenant_transaction(self._tenant_id):
                SyncRun.objects.filter(id=self._run_id, state=SyncState.RUNNING).update(
                    done=done, total=total, current=name.replace("\0", "")
                )
        if self._also is not None:
            self._also(done, total, name)
