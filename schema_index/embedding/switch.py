"""From one embedding space to another, in one transaction: a question reads the old vectors or the new, never both."""

from typing import Literal
from uuid import UUID

import structlog
from django.conf import settings
from django.utils import timezone

from schema_index.embedding.base import PROBE, EmbeddingRejected, of_space
from schema_index.embedding.comparison import Comparison, compare
from schema_index.embedding.spaces import active_space, embedder_of
from schema_index.indexing.chunks import pending
from schema_index.models import EmbeddingFailure, EmbeddingSpace, SpaceState
from tenants import audit
from tenants.context import tenant_transaction

_log = structlog.stdlib.get_logger(__name__)

Outcome = Literal["switched", "held", "incomplete"]

ACTOR = "system:worker"


def switch_when_complete(tenant_id: UUID, *, space_id: UUID) -> Outcome:
    """Make a filled space the active one, unless it finds less than the old one: then it keeps the reason.

    Raises EmbeddingUnavailable where the two could not be compared now.
    """
    with tenant_transaction(tenant_id):
        old, new = active_space(), EmbeddingSpace.objects.filter(id=space_id).first()
        if new is None or new.state != SpaceState.FILLING or not _is_complete(new):
            return "incomplete"
        if new.held and not new.is_forced:
            return "held"
        more_refused = _refused(new) - _refused(old)
    comparison = _compared(tenant_id, old, new)
    reason = "" if new.is_forced else _why_held(more_refused, comparison)
    with tenant_transaction(tenant_id):
        EmbeddingSpace.objects.filter(id=space_id).update(compared=str(comparison or ""))
        if reason:
            EmbeddingSpace.objects.filter(id=space_id).update(held=reason)
            audit.record("embedding_space.held", actor=ACTOR, subject=str(new), reason=reason)
            return "held"
        new = EmbeddingSpace.objects.select_for_update().filter(id=space_id, state=SpaceState.FILLING).first()
        # What changed during the comparison is embedded first.
        if new is None or not _is_complete(new):
            return "incomplete"
        activate(new, actor=ACTOR)
    return "switched"


def activate(space: EmbeddingSpace, *, actor: str) -> None:
    """Questions from the commit on read this space. Needs an open scope."""
    now = timezone.now()
    # First: no two are ever active.
    EmbeddingSpace.objects.filter(state=SpaceState.ACTIVE).update(state=SpaceState.RETIRED, retired_at=now)
    EmbeddingSpace.objects.filter(id=space.id).update(
        state=SpaceState.ACTIVE, activated_at=now, retired_at=None, held="", problem=""
    )
    audit.record("embedding_space.activated", actor=actor, subject=str(space))


def _is_complete(space: EmbeddingSpace) -> bool:
    return not pending(space).exists()


def _refused(space: EmbeddingSpace) -> int:
    return EmbeddingFailure.objects.filter(**of_space(space)).count()


def _compared(tenant_id: UUID, old: EmbeddingSpace, new: EmbeddingSpace) -> Comparison | None:
    try:
        before = embedder_of(old)
        before.embed([PROBE])
    except EmbeddingRejected as error:
        # Nobody is served by it any more, so there is nothing to fall behind.
        _log.warning("the active space cannot be compared with", tenant=str(tenant_id), reason=error.message)
        return None
    return compare(tenant_id, old=before, new=embedder_of(new), k=settings.ENVIRONMENT.retrieval_top_k)


def _why_held(more_refused: int, comparison: Comparison | None) -> str:
    if more_refused > 0:
        return f"The new model refuses {more_refused} texts more than the old one: see the refused texts."
    max_loss = settings.ENVIRONMENT.reembed_max_loss
    if comparison is not None and comparison.is_worse(max_loss=max_loss):
        return f"It finds less, and REEMBED_MAX_LOSS allows {max_loss:g}."
    if comparison is not None and comparison.lost and settings.ENVIRONMENT.evaluation_gate == "refuse":
        return f"It loses the tables of {len(comparison.lost)} judged questions, and EVALUATION_GATE refuses that."
    return ""
