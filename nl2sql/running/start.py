"""Opens a run: everything that another process needs to carry it out stands on it when the transaction ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError
from django.db.models.functions import Now

from nl2sql.models import Conversation, Run, RunStatus
from nl2sql.running.ask_request import AskRequest, request_hash
from nl2sql.running.idempotency import earlier
from nl2sql.running.own_run import RunNotFound
from nl2sql.running.rate_limit import slow_down
from nl2sql.running.work_time import LEASE
from schema_index.sources import pick
from tenants import audit, quotas
from tenants.attributes import attributes_to_json
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tenants.principal import Principal, TenantSuspended
from tenants.roles import Permission

TITLE_CHARACTERS = 80

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

    Raises InsufficientScope, TenantSuspended, QuotaExceeded, RateLimited, RunNotFound (no such conversation),
    IdempotencyMismatch, or what `pick` raises for an unknown source.
    """
    principal.require(Permission.ASK)
    digest = request_hash(request)
    try:
        return _started(
            principal,
            request,
            request_id=request_id,
            send=send,
            idempotency_key=idempotency_key,
            digest=digest,
        )
    except IntegrityError:
        # An equal request opened its run meanwhile: nothing of this one is left, its quota included.
        with tenant_transaction(principal.tenant_id):
            found = earlier(principal.actor, key=idempotency_key, digest=digest)
        if found is None:
            raise
        return Started(run=found, is_new=False)


def _started(
    principal: Principal,
    request: AskRequest,
    *,
    request_id: str,
    send: Send | None,
    idempotency_key: str,
    digest: str,
) -> Started:
    with tenant_transaction(principal.tenant_id):
        tenant = Tenant.objects.annotate(now=Now()).get(id=principal.tenant_id)
        if tenant.is_suspended:
            raise TenantSuspended("This tenant is suspended.")
        found = earlier(principal.actor, key=idempotency_key, digest=digest)
        if found is not None:
            return Started(run=found, is_new=False)
        source = pick(request.data_source)
        conversation = _conversation(principal, request)
        quotas.reserve_question(tenant)
        slow_down(principal.actor)
        run = Run.objects.create(
            tenant=tenant,
            conversation=conversation,
            source_id=source.id,
            source_slug=source.slug,
            actor=principal.actor,
            role=principal.role.value,
            attributes=attributes_to_json(principal.attributes),
            request_id=request_id,
            question=request.question,
            mode=request.mode,
            new_topic=request.new_topic,
            clarifies_id=request.clarifies_id,
            choice=request.choice,
            max_rows=request.max_rows,
            language=request.language,
            is_test=request.is_test,
            is_candidate_model=request.is_candidate_model,
            given_sql=request.given_sql,
            rerun_of=request.rerun_of,
            metadata=dict(request.metadata),
            idempotency_key=idempotency_key,
            request_hash=digest,
            status=RunStatus.RUNNING if send is None else RunStatus.QUEUED,
            deadline_at=tenant.now + timedelta(seconds=settings.ENVIRONMENT.ask_deadline_s),
            lease_until=tenant.now + LEASE if send is None else None,
        )
        audit.record("question.asked", actor=principal.actor, subject=str(run.id), source=source.slug)
        if request.given_sql:
            audit.record("statement.given", actor=principal.actor, subject=str(run.id), of=str(request.rerun_of or ""))
        if send is not None:
            send(run)
    return Started(run=run, is_new=True)


def _conversation(principal: Principal, request: AskRequest) -> Conversation:
    if request.conversation_id is None:
        return Conversation.objects.create(
            tenant_id=principal.tenant_id, actor=principal.actor, title=request.question[:TITLE_CHARACTERS]
        )
    found = Conversation.objects.filter(id=request.conversation_id, actor=principal.actor).first()
    if found is None:
        raise RunNotFound("There is no such conversation.")
    return found
