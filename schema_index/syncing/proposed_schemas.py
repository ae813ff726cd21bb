"""A changed schema that breaks something: kept from use where a setting says so, until somebody accepts it.

Everything here needs an open scope.
"""

from collections.abc import Callable, Sequence

import structlog
from django.conf import settings

from schema_index.metrics import BREAKING_SCHEMAS
from schema_index.models import DataSource, ProposedSchema, SyncRun
from schema_index.syncing import sync_runs
from schema_index.syncing.breakage import SHOWN, Breakage, OnBreakingChange, as_stored
from schema_index.syncing.diff import Change
from tenants import audit
from tenants.domain_error import DomainError

_log = structlog.stdlib.get_logger(__name__)


ACTOR = "system:gate"


class NothingProposed(DomainError):
    """No schema of this fingerprint waits: it was taken into use, or the database has changed again. Look again."""

    code = "not_found"


def on_breaking_change(source: DataSource) -> OnBreakingChange:
    """The source's own word, else the installation's."""
    chosen = source.on_breaking_change or settings.ENVIRONMENT.evaluation_gate
    return "refuse" if chosen == "refuse" else "report"


def proposed(source: DataSource) -> ProposedSchema | None:
    """What waits to be accepted."""
    return ProposedSchema.objects.filter(source_id=source.id).first()


def is_refused(source: DataSource, *, fingerprint: str, broken: Sequence[Breakage]) -> bool:
    """Whether a schema that was found must not be taken into use. What somebody has accepted may."""
    if not broken or on_breaking_change(source) == "report":
        return False
    waiting = proposed(source)
    return waiting is None or waiting.fingerprint != fingerprint or not waiting.accepted_by


def propose(source: DataSource, *, fingerprint: str, changes: Sequence[Change], broken: Sequence[Breakage]) -> None:
    """In place of what waited before. The same one, found again, keeps its time."""
    waiting = proposed(source)
    told = {
        "changes": [_in_words(change) for change in changes[:SHOWN]],
        "change_count": len(changes),
        "broken": as_stored(broken),
        "broken_count": len(broken),
    }
    if waiting is not None and waiting.fingerprint == fingerprint:
        ProposedSchema.objects.filter(id=waiting.id).update(**told)
        return
    forget(source)
    ProposedSchema.objects.create(tenant_id=source.tenant_id, source=source, fingerprint=fingerprint, **told)
    audit.record("schema.refused", actor=ACTOR, subject=source.slug, broken=len(broken))
    _tell(source, broken, fate="refused")


def tell_taken(source: DataSource, *, broken: Sequence[Breakage], actor: str) -> None:
    """Of a schema that is taken into use though it breaks something."""
    audit.record("schema.breaks", actor=actor, subject=source.slug, broken=len(broken))
    _tell(source, broken, fate="taken")


def forget(source: DataSource) -> None:
    if (waiting := proposed(source)) is not None:
        waiting.delete()


def accept(source: DataSource, *, fingerprint: str, actor: str, send: Callable[[SyncRun], None]) -> SyncRun:
    """The sync that takes the proposed schema into use, if the database still looks so. Raises NothingProposed."""
    # As a sync does before it decides, so that one of the two comes first.
    DataSource.objects.select_for_update(of=("self",)).get(id=source.id)
    waiting = ProposedSchema.objects.filter(source_id=source.id, fingerprint=fingerprint)
    if not waiting.update(accepted_by=actor):
        raise NothingProposed("No such schema waits to be accepted: look at the data source again.")
    audit.record("schema.accepted", actor=actor, subject=source.slug)
    return sync_runs.request(source, actor=actor, send=send)


def _tell(source: DataSource, broken: Sequence[Breakage], *, fate: str) -> None:
    BREAKING_SCHEMAS.labels(fate).inc()
    _log.warning(
        "a changed schema breaks verified queries",
        tenant=str(source.tenant_id),
        source=source.slug,
        broken=len(broken),
        fate=fate,
    )


def _in_words(change: Change) -> str:
    return f"{change.kind.replace('_', ' ')}: {change.object_name} {change.detail}".rstrip()
