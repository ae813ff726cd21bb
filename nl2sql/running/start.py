"""Opens a run: everything that another process needs to carry it out stands on it when the transaction ends."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError
from django.db.models.functions import Now

from nl2sql.models import Conversation, Run, RunStatus
from nl2sql.running.ask_request import AskRequest, request_hash
from nl2sql.running.idempotency import earlier
from nl2sql.running.rate_limit import slow_down
from nl2sql.running.work_time import LEASE
from schema_index.sources import pick
from tenants import audit, quotas
from tenants.attributes import attributes_to_json
from tenants.context import tenant_transaction
from tenants.domain_error import existing
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.roles import Permission

TITLE_CHARACTERS = 80

CHOSEN = ("data_source", "conversation_id")
"""Fields of a request that name what is looked up; a run has all others."""

Send = Callable[[Run], None]
"""Has a worker carry out the run once the open transaction is committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """`is_new` is false where an earlier request with the same key opened the run."""

    run: Run
    is_new: bool


def start(
    principal: Principal,
    request: AskRequest,
    *,
    request_id: str = "",
    send: Send | None = None,
    idempotency_key: str = "",
) -> Started:
    """One transaction. With `send`, the run is queued for a worker; without, the caller holds it and executes it.

    Raises InsufficientScope, TenantSuspended, QuotaExceeded, RateLimited, NotFound (no such conversation),
    IdempotencyMismatch, or what `pick` raises for an unknown source.
    """
    principal.require(Permission.ASK)
    run = Run(
        tenant_id=principal.tenant_id,
        actor=principal.actor,
        role=principal.role.value,
        attributes=attributes_to_json(principal.attributes),
        request_id=request_id,
        idempotency_key=idempotency_key,
        request_hash=request_hash(request),
        **{name: value for name, value in asdict(request).items() if name not in CHOSEN},
    )
    try:
        with tenant_transaction(run.tenant_id):
            return _started(run, request, send=send)
    except IntegrityError:
        # An equal request opened its run meanwhile: nothing of this one is left, its quota included.
        with tenant_transaction(run.tenant_id):
            found = earlier(run)
        if found is None:
            raise
        return Started(run=found, is_new=False)


def _started(run: Run, request: AskRequest, *, send: Send | None) -> Started:
    run.tenant = tenant = Tenant.objects.annotate(now=Now()).get(id=run.tenant_id)
    tenant.require_active()
    found = earlier(run)
    if found is not None:
        return Started(run=found, is_new=False)
    source = pick(request.data_source)
    run.source_id, run.source_slug = source.id, source.slug
    run.conversation = _conversation(run, request)
    quotas.reserve_question(tenant)
    slow_down(run.actor)
    run.deadline_at = tenant.now + timedelta(seconds=settings.ENVIRONMENT.ask_deadline_s)
    if send is None:
        run.status, run.lease_until = RunStatus.RUNNING, tenant.now + LEASE
    else:
        run.status = RunStatus.QUEUED
    run.save(force_insert=True)
    audit.record("question.asked", actor=run.actor, subject=str(run.id), source=source.slug)
    if run.given_sql:
        audit.record("statement.given", actor=run.actor, subject=str(run.id), of=str(run.rerun_of or ""))
    if send is not None:
        send(run)
    return Started(run=run, is_new=True)


def _conversation(run: Run, request: AskRequest) -> Conversation:
    if request.conversation_id is None:
        title = request.question[:TITLE_CHARACTERS]
        return Conversation.objects.create(tenant_id=run.tenant_id, actor=run.actor, title=title)
    one = Conversation.objects.filter(id=request.conversation_id, actor=run.actor).first()
    return existing(one, "There is no such conversation.")
