"""Which states of the installation each tenant has accepted, by its verified queries or by somebody's word.

A process records what it takes into use where that needs nobody's trial: a tenant without verified queries has nothing
that a change could break, and what a tenant has of its own no setting of the installation changes.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from nl2sql.evaluation.configuration_words import OF_A_MODEL, differences
from nl2sql.evaluation.installation_state import COMPOSER, UNTOLD, fingerprint_of, installation_state
from nl2sql.model_access.tenant_models import effective
from nl2sql.models import AcceptedState, VerifiedQuery
from schema_index.embedding.known_models import LOCAL_MODELS
from schema_index.models import EmbeddingSpace, SpaceState
from tenants.context import current_tenant_id, tenant_transaction
from tenants.tenancy import all_tenants

ACTOR = "system:gate"

KEPT = 50
"""States of a tenant; older ones would have to be tried again."""

FIRST = "in use before anything was verified"
NOTHING_VERIFIED = "there was no verified query"
NO_CONCERN = "nothing of what was new concerned the tenant"

MAX_NAMED = 5


def untried(tenant_id: UUID) -> tuple[str, ...]:
    """What is new since the state last in use, in words; empty where none of it has to be tried. Stores nothing."""
    with tenant_transaction(tenant_id):
        return _judged(installation_state())[0]


def take_into_use() -> dict[str, tuple[str, ...]]:
    """Of every tenant that is served, by slug: what was not tried. All else is recorded as in use."""
    state = installation_state()
    waiting: dict[str, tuple[str, ...]] = {}
    for tenant in all_tenants():
        if tenant.is_suspended:
            continue
        with tenant_transaction(tenant.id):
            new, reason = _judged(state)
            if new:
                waiting[tenant.slug] = new
            elif reason:
                _record(state, actor=ACTOR, reason=reason)
    return waiting


def first_in_use() -> None:
    """Before a tenant's first query is verified: what answers are made with now is what later states are compared with.
    In the open scope."""
    if not AcceptedState.objects.exists():
        _record(installation_state(), actor=ACTOR, reason=FIRST)


def accept(*, actor: str, reason: str) -> None:
    """What answers are made with now: the gate, or somebody, has seen its trial. In the open scope."""
    _record(installation_state(), actor=actor, reason=reason)


def sentence(waiting: Mapping[str, Sequence[str]]) -> str:
    """Of tenants by slug with what they did not try: at least one."""
    named = [f"{slug} ({', '.join(new)})" for slug, new in list(waiting.items())[:MAX_NAMED]]
    more = f" and {len(waiting) - MAX_NAMED} more" if len(waiting) > MAX_NAMED else ""
    return (
        f"What is new was not tried on the verified queries of {'; '.join(named)}{more}: run "
        "`manage.py evaluate verified --gate --all-tenants` with these settings."
    )


def _judged(state: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """What has to be tried; or why nothing has to, empty where that stands recorded. In the open scope."""
    known = list(AcceptedState.objects.values_list("fingerprint", flat=True)[:KEPT])
    fingerprint = fingerprint_of(state)
    if not known:
        return (), FIRST
    if fingerprint in known:
        return (), "" if known[0] == fingerprint else AcceptedState.objects.get(fingerprint=fingerprint).reason
    if not VerifiedQuery.standing().exists():
        return (), NOTHING_VERIFIED
    new = differences(AcceptedState.objects.all()[0].state, state, own=_own(state), untold=UNTOLD)
    return new, "" if new else NO_CONCERN


def _own(state: Mapping[str, Any]) -> set[str]:
    """Names of what the tenant has of its own, or what means nothing for it."""
    row = effective()
    if state["generator"] == COMPOSER and not row.is_own_endpoint:
        own = set(OF_A_MODEL)
    else:
        own = {name for name in OF_A_MODEL if getattr(row, name, None) is not None}
    if row.base_url:
        own.add("endpoint")
    if row.is_own_endpoint and row.model:
        own.add("generator")
    space = EmbeddingSpace.objects.filter(state=SpaceState.ACTIVE).first()
    if space is None or space.model in LOCAL_MODELS:
        own.add("embedding_endpoint")
    if space is not None and space.threshold is not None:
        own.add("threshold")
    return own


def _record(state: Mapping[str, Any], *, actor: str, reason: str) -> None:
    """Two processes may do so at once."""
    row = AcceptedState(
        tenant_id=current_tenant_id(),
        fingerprint=fingerprint_of(state),
        state=dict(state),
        reason=reason[: AcceptedState._meta.get_field("reason").max_length],
        actor=actor,
        at=timezone.now(),
    )
    AcceptedState.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["tenant", "fingerprint"],
        update_fields=["reason", "actor", "at"],
    )
    old = AcceptedState.objects.values_list("id", flat=True)[KEPT:]
    AcceptedState.objects.filter(id__in=list(old)).delete()
