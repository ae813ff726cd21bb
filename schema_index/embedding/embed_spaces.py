"""One task's work for one tenant: its pending texts in every space that follows changes, and what comes next."""

from uuid import UUID

import structlog

from schema_index.embedding.base import EmbeddingRejected, EmbeddingUnavailable
from schema_index.embedding.claims import seconds_until_free
from schema_index.embedding.embed_chunks import embed_round
from schema_index.embedding.pace import EndpointBusy
from schema_index.embedding.retry import AskAgain, LeavePending, after_failure
from schema_index.embedding.spaces import embedder_of, live_spaces
from schema_index.embedding.switch import switch_when_complete
from schema_index.indexing.chunks import pending
from schema_index.models import EmbeddingSpace, SpaceState
from tenants.context import tenant_transaction

_log = structlog.stdlib.get_logger(__name__)

SHRINKING = 4
"""After each failure in a row, a request carries so many times fewer texts: a slow endpoint gets through some."""


def embed_spaces(tenant_id: UUID, *, retries: int, spread: float) -> AskAgain | LeavePending | None:
    """A space that cannot go on keeps the reason where its admins see it, and does not stop the other.

    `retries` says which try in a row this is, 0 for the first, and `spread` is a random 0..1 that keeps workers apart.
    None when nothing is left to do, or nothing that another try would mend.
    """
    steps = [_embed_space(tenant_id, space, retries=retries, spread=spread) for space in live_spaces(tenant_id)]
    again = [step for step in steps if isinstance(step, AskAgain)]
    if again:
        # The one that failed sets the pace: both may be at the same endpoint.
        return max(again, key=lambda step: (step.retries, step.delay_s))
    return next((step for step in steps if step is not None), None)


def has_work(tenant_id: UUID) -> bool:
    """Whether a text waits, or a space whose last text was embedded and that nobody has switched to."""
    spaces = live_spaces(tenant_id)
    with tenant_transaction(tenant_id):
        return any(
            (space.state == SpaceState.FILLING and not space.held) or pending(space).exists() for space in spaces
        )


def _embed_space(
    tenant_id: UUID, space: EmbeddingSpace, *, retries: int, spread: float
) -> AskAgain | LeavePending | None:
    try:
        embedder = embedder_of(space)
    except EmbeddingRejected as refused:
        _note(tenant_id, space, refused)
        return None
    max_items = max(1, embedder.max_batch // SHRINKING**retries)
    done = embed_round(tenant_id, embedder=embedder, max_items=max_items)
    problem = done.problem
    if isinstance(problem, EndpointBusy):
        return AskAgain(delay_s=float(problem.details["retry_after"]), retries=retries)
    _note(tenant_id, space, problem)
    if isinstance(problem, EmbeddingRejected):
        # No other message would mend it; what waits is asked for again when a mended process starts.
        return None
    if problem is None:
        wait_s = seconds_until_free(tenant_id, embedder=embedder)
        if wait_s is not None:
            return AskAgain(delay_s=wait_s, retries=0)
        try:
            if space.state == SpaceState.FILLING:
                switch_when_complete(tenant_id, space_id=space.id)
            return None
        except EmbeddingUnavailable as unavailable:
            problem = unavailable
    return after_failure(
        retries=retries,
        has_progressed=done.stored > 0,
        asked_s=float(problem.details.get("retry_after", 0)),
        spread=spread,
    )


def _note(tenant_id: UUID, space: EmbeddingSpace, error: EmbeddingRejected | EmbeddingUnavailable | None) -> None:
    """Keep why the space's texts wait; written only when it differs."""
    problem = "" if error is None else error.message
    if problem:
        _log.warning("texts could not be embedded", tenant=str(tenant_id), model=space.model, reason=problem)
    if problem != space.problem:
        with tenant_transaction(tenant_id):
            EmbeddingSpace.objects.filter(id=space.id).update(problem=problem)
