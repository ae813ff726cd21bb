"""A tenant's way from one embedding model to another, and back."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from schema_index.embedding.base import PROBE, SpaceKey, of_space
from schema_index.embedding.known_models import LOCAL_MODELS
from schema_index.embedding.spaces import active_space, embedder_of, measured_dimension
from schema_index.embedding.switch import activate
from schema_index.indexing.chunks import pending
from schema_index.models import Chunk, ChunkEmbedding, EmbeddingClaim, EmbeddingFailure, EmbeddingSpace, SpaceState
from schema_index.tasks import request_embedding
from tenants import audit
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError

DROP_GRACE = timedelta(minutes=2)
"""A question that was asked before the switch may still be reading the old vectors."""

DROPPED_AT_ONCE = 5_000
"""Rows a transaction, so that nobody waits for long."""

MAX_DIMENSION = 4_000
"""What an HNSW index on half-precision vectors takes (pgvector's README)."""


class ReembeddingRefused(DomainError):
    """The spaces are not as the request supposes: `message` says what to do first."""

    code = "invalid_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceProgress:
    """`embedded` and `refused` of `texts`; the rest waits."""

    space: EmbeddingSpace
    texts: int
    embedded: int
    refused: int


def begin(
    tenant_id: UUID, *, model: str, dimension: int | None = None, is_forced: bool = False, actor: str
) -> EmbeddingSpace:
    """Start to fill a space, or go on with one; what it holds from before is kept.

    Raises ReembeddingRefused, or what the embedder raises at a first text: nothing is begun that cannot work.
    """
    dimension = dimension or _dimension_of(model)
    if not 2 <= dimension <= MAX_DIMENSION:
        raise ReembeddingRefused(f"A dimension is a number from 2 to {MAX_DIMENSION}.")
    wanted = SpaceKey(model, dimension)
    embedder_of(wanted).embed([PROBE])
    with tenant_transaction(tenant_id):
        active = active_space()
        if of_space(active) == of_space(wanted):
            raise ReembeddingRefused(f"{active} is the active space already.")
        other = EmbeddingSpace.objects.filter(state=SpaceState.FILLING).exclude(**of_space(wanted))
        if found := other.first():
            raise ReembeddingRefused(f"{found} is being filled: let it end, or drop it with --drop --model first.")
        space, _ = EmbeddingSpace.objects.update_or_create(
            tenant_id=tenant_id,
            **of_space(wanted),
            defaults={"state": SpaceState.FILLING, "is_forced": is_forced, "compared": "", "held": "", "problem": ""},
        )
        audit.record("embedding_space.begun", actor=actor, subject=str(space))
        request_embedding(tenant_id)
    return space


def take_back(tenant_id: UUID, *, actor: str) -> EmbeddingSpace:
    """Make the space that was active before the active one again, at once. What changed since is then embedded.

    Raises ReembeddingRefused, or what its embedder raises at a first text.
    """
    with tenant_transaction(tenant_id):
        retired = EmbeddingSpace.objects.filter(state=SpaceState.RETIRED).order_by("-retired_at").first()
    if retired is None:
        raise ReembeddingRefused("There is no retired space to go back to.")
    embedder_of(retired).embed([PROBE])
    with tenant_transaction(tenant_id):
        activate(retired, actor=actor)
        request_embedding(tenant_id)
    return retired


def drop(tenant_id: UUID, *, model: str | None = None, actor: str) -> list[str]:
    """Forget retired spaces, or the named one unless it is active, with their vectors; returns which. Safe to repeat.

    Raises ReembeddingRefused.
    """
    with tenant_transaction(tenant_id):
        spaces = EmbeddingSpace.objects.select_for_update()
        chosen = list(spaces.filter(state=SpaceState.RETIRED) if model is None else spaces.filter(model=model))
        for space in chosen:
            if space.state == SpaceState.ACTIVE:
                raise ReembeddingRefused(f"{space} is the active space: switch to another before it is dropped.")
            if space.retired_at is not None and timezone.now() - space.retired_at < DROP_GRACE:
                raise ReembeddingRefused(f"{space} was active a moment ago: drop it after {DROP_GRACE}.")
            audit.record("embedding_space.dropped", actor=actor, subject=str(space))
        EmbeddingSpace.objects.filter(id__in=[space.id for space in chosen]).delete()
        # Whatever belongs to none is dropped, so that a drop that was interrupted ends with the next.
        kept = Q(pk__in=[])
        for known in EmbeddingSpace.objects.all():
            kept |= Q(**of_space(known))
    for rows in (ChunkEmbedding, EmbeddingFailure, EmbeddingClaim):
        while _drop_some(tenant_id, rows, kept=kept):
            pass
    # Ends with a look at the tenant's vector indexes, of which fewer may be needed now.
    request_embedding(tenant_id)
    return [str(space) for space in chosen]


def progress(tenant_id: UUID) -> list[SpaceProgress]:
    """Every space of the tenant, oldest first."""
    with tenant_transaction(tenant_id):
        active_space()
        texts = Chunk.objects.count()
        return [_progress_of(space, texts=texts) for space in EmbeddingSpace.objects.all()]


def _progress_of(space: EmbeddingSpace, *, texts: int) -> SpaceProgress:
    refused = EmbeddingFailure.objects.filter(**of_space(space)).count()
    waiting = pending(space).count()
    return SpaceProgress(space=space, texts=texts, embedded=max(0, texts - waiting - refused), refused=refused)


def _dimension_of(model: str) -> int:
    environment = settings.ENVIRONMENT
    if model in LOCAL_MODELS:
        return LOCAL_MODELS[model].dimension
    if model == environment.embedding_model:
        return int(environment.embedding_dimension)
    return measured_dimension(model)


def _drop_some(
    tenant_id: UUID, rows: type[ChunkEmbedding] | type[EmbeddingFailure] | type[EmbeddingClaim], *, kept: Q
) -> int:
    with tenant_transaction(tenant_id):
        ids = list(rows.objects.exclude(kept).values_list("id", flat=True)[:DROPPED_AT_ONCE])
        rows.objects.filter(id__in=ids).delete()
    return len(ids)
