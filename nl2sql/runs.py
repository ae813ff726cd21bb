"""Opens a run, drives the pipeline, records what happens, closes the run. The one way from any door to an answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from nl2sql import verified_queries
from nl2sql.event_payload import event_payload
from nl2sql.events import Answered, AskedBack, Blocked, CannotAnswer, Event, Failed
from nl2sql.execution.caps import caps
from nl2sql.follow_up.history import history
from nl2sql.generation.base import Usage
from nl2sql.generators import configured_generator
from nl2sql.models import Conversation, Run, RunEvent, RunStatus
from nl2sql.pipeline import answer
from nl2sql.rate_limit import BLOCKED, slow_down
from nl2sql.reply import reply_body, unanswered_body
from nl2sql.reuse.reuse import Verified
from nl2sql.stored_json import storable
from nl2sql.suggestions.with_suggestions import with_suggestions
from nl2sql.task import Mode, Task
from nl2sql.withheld import CHANGED, SOURCE_GONE, withheld
from schema_index.access_digest import access_digest
from schema_index.catalogue import catalogue_of
from schema_index.connectors.base import Limits
from schema_index.embedding.spaces import active_embedder
from schema_index.models import DataSource, Snapshot
from schema_index.policies import OPEN, policy_for
from schema_index.sources import open_connector, pick
from tenants import audit, quotas
from tenants.cancellation import NEVER, Cancellation
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.models import Tenant
from tenants.principal import Principal, TenantSuspended
from tenants.roles import Permission

TITLE_CHARACTERS = 80

LONGEST_RUN = timedelta(minutes=30)
"""No run works longer: two rounds of a model's 2 minutes and a query's 10, at their largest settings, and slack."""


class RunNotFound(DomainError):
    """The tenant has no such run or conversation; another tenant's answers the same."""

    code = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRequest:
    """A validated question from any door."""

    question: str
    data_source: str | None = None
    conversation_id: UUID | None = None
    mode: Mode = "answer"
    max_rows: int | None = None
    language: str = ""
    new_topic: bool = False
    """The question continues nothing that was asked before in its conversation."""
    is_test: bool = False
    """Asked to be judged: verified queries, which may hold its answer, are neither reused nor shown."""
    metadata: Mapping[str, str] = field(default_factory=dict)


def ask(principal: Principal, request: AskRequest, *, request_id: str = "", cancellation: Cancellation = NEVER) -> Run:
    """Ask and wait for the end, or for `cancellation`. The returned run is over; how it ended is in its `status` and
    `reply`.

    Raises DomainError only where no run could be opened: permission, suspension, quota, rate, an unknown source or
    conversation.
    """
    opened = _open(principal, request, request_id=request_id)
    events: list[Event] = []
    try:
        for event in _events(principal, request, opened, cancellation=cancellation):
            events.append(event)
            _record(opened.run, event, sequence=len(events))
    finally:
        _close(opened.run, events)
    return opened.run


def reply_of(run: Run) -> dict[str, Any]:
    """The whole reply; of a run that is still at work, without an answer."""
    links = {"self": f"/api/v1/runs/{run.id}"}
    if run.actor.startswith("user:"):
        # Keys and commands have no session to open a page with.
        links["page"] = f"/runs/{run.id}"
    return {
        "id": str(run.id),
        "conversation_id": str(run.conversation_id),
        "question": run.question,
        "data_source": run.source_slug,
        **(unanswered_body() if run.status == RunStatus.RUNNING else run.reply),
        "new_topic": run.new_topic,
        "metadata": run.metadata,
        "created_at": run.created_at.isoformat(),
        "completed_at": run.completed_at.isoformat() if run.completed_at else None,
        "links": links,
    }


def find(principal: Principal, run_id: UUID) -> Run:
    """One of the caller's own runs; one that its process left behind is closed first. Raises RunNotFound.

    Of a run under another policy than today's, the reply is withheld; what is stored stays.
    """
    with tenant_transaction(principal.tenant_id):
        own = Run.objects.filter(id=run_id, actor=principal.actor)
        run = own.first()
        if run is None:
            raise RunNotFound("There is no such run.")
        if _left_behind(run):
            # Locked, so that one of several readers closes it.
            run = own.select_for_update().get()
            if _left_behind(run):
                _close(run, [])
        if run.reply and (reason := _why_withheld(principal, run)):
            run.reply = withheld(run.reply, reason=reason)
            run.error_detail = reason if run.error_detail else ""
    return run


def _why_withheld(principal: Principal, run: Run) -> str:
    source = None if run.source_id is None else DataSource.objects.filter(id=run.source_id).first()
    if source is None:
        return SOURCE_GONE
    policy = policy_for(source, role=principal.role)
    if not run.access_digest:
        return "" if policy == OPEN else CHANGED
    return "" if run.access_digest == _digest(principal, source, policy.digest) else CHANGED


def _digest(principal: Principal, source: DataSource, policy_digest: str) -> str:
    return access_digest(policy=policy_digest, hidden=source.hidden, attributes=principal.attributes)


def _left_behind(run: Run) -> bool:
    return run.status == RunStatus.RUNNING and timezone.now() - run.created_at > LONGEST_RUN


def recent(principal: Principal, *, limit: int) -> list[Run]:
    """The caller's own latest runs, newest first, without their results."""
    with tenant_transaction(principal.tenant_id):
        return list(Run.objects.filter(actor=principal.actor).defer("reply", "sql")[:limit])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    run: Run
    source: DataSource
    time_zone: str
    fiscal_month: int


def _open(principal: Principal, request: AskRequest, *, request_id: str) -> _Opened:
    principal.require(Permission.ASK)
    with tenant_transaction(principal.tenant_id):
        tenant = Tenant.objects.get(id=principal.tenant_id)
        if tenant.is_suspended:
            raise TenantSuspended("This tenant is suspended.")
        source = pick(request.data_source)
        conversation = _conversation(principal, request)
        quotas.reserve_question()
        slow_down(principal.actor)
        run = Run.objects.create(
            tenant_id=principal.tenant_id,
            conversation=conversation,
            source_id=source.id,
            source_slug=source.slug,
            actor=principal.actor,
            request_id=request_id,
            question=request.question,
            mode=request.mode,
            new_topic=request.new_topic,
            metadata=dict(request.metadata),
        )
        audit.record("question.asked", actor=principal.actor, subject=str(run.id), source=source.slug)
    # "Last month" is the tenant's, not the server's.
    return _Opened(run=run, source=source, time_zone=tenant.time_zone, fiscal_month=tenant.fiscal_year_start_month)


def _conversation(principal: Principal, request: AskRequest) -> Conversation:
    if request.conversation_id is None:
        return Conversation.objects.create(
            tenant_id=principal.tenant_id, actor=principal.actor, title=request.question[:TITLE_CHARACTERS]
        )
    found = Conversation.objects.filter(id=request.conversation_id, actor=principal.actor).first()
    if found is None:
        raise RunNotFound("There is no such conversation.")
    return found


def _events(
    principal: Principal, request: AskRequest, opened: _Opened, *, cancellation: Cancellation
) -> Iterator[Event]:
    try:
        task = _task(principal, request, opened, cancellation=cancellation)
    except DomainError as error:
        yield Failed(code=error.code, message=error.message, details=dict(error.details), usage=Usage())
        return
    yield from answer(task) if request.is_test else with_suggestions(answer(task), task)


def _task(principal: Principal, request: AskRequest, opened: _Opened, *, cancellation: Cancellation) -> Task:
    """No transaction is open: names resolve here.

    Raises DataSourceNotSynced, DataSourceForbidden, DataSourceUnavailable or CredentialUnreadable.
    """
    environment = settings.ENVIRONMENT
    catalogue = catalogue_of(opened.source, principal)
    opened.run.access_digest = _digest(principal, opened.source, catalogue.access.digest)
    ceiling = Limits(
        deadline_ms=environment.query_timeout_ms,
        max_rows=environment.query_max_rows,
        max_bytes=environment.query_max_bytes,
        max_cost=environment.query_max_cost,
    )
    return Task(
        question=request.question,
        mode=request.mode,
        tenant_id=principal.tenant_id,
        role=principal.role,
        source_id=opened.source.id,
        catalogue=catalogue,
        embedder=active_embedder(principal.tenant_id),
        generator=configured_generator(),
        connector=open_connector(opened.source, time_zone=opened.time_zone, session_settings=principal.attributes),
        limits=caps(ceiling, max_rows=request.max_rows),
        top_k=environment.retrieval_top_k,
        today=datetime.now(ZoneInfo(opened.time_zone)).date(),
        time_zone=opened.time_zone,
        fiscal_month=opened.fiscal_month,
        history=history(opened.run),
        language=request.language,
        revision=_revision(opened.source),
        synced_at=opened.source.synced_at,
        verified=() if request.is_test else _verified(opened.source),
        attributes=principal.attributes,
        cancellation=cancellation,
    )


def _revision(source: DataSource) -> int | None:
    with tenant_transaction(source.tenant_id):
        return Snapshot.objects.values_list("revision", flat=True).filter(id=source.snapshot_id or UUID(int=0)).first()


def _verified(source: DataSource) -> tuple[Verified, ...]:
    with tenant_transaction(source.tenant_id):
        return verified_queries.known(source)


def _record(run: Run, event: Event, *, sequence: int) -> None:
    kind, payload = event_payload(event)
    with tenant_transaction(run.tenant_id):
        RunEvent.objects.create(
            tenant_id=run.tenant_id, run=run, sequence=sequence, kind=kind, payload=storable(payload)
        )
        if isinstance(event, Blocked):
            rules = sorted({violation.code for violation in event.violations})
            audit.record(BLOCKED, actor=run.actor, subject=str(run.id), rules=rules)


def _close(run: Run, events: list[Event]) -> None:
    """Writes how the run ended, whatever happened; a run that ended without an ending has met a bug and says so."""
    ending = events[-1] if events else None
    if not isinstance(ending, Answered | AskedBack | CannotAnswer | Failed):
        ending = Failed(code="internal_error", message="The run was interrupted.", details={}, usage=Usage())
        events = [*events, ending]
    run.reply = storable(reply_body(events))
    run.status = run.reply["status"]
    run.completed_at = timezone.now()
    run.model = ending.usage.model
    run.input_tokens, run.output_tokens = ending.usage.input_tokens, ending.usage.output_tokens
    if isinstance(ending, Answered):
        run.sql = ending.accepted.sql
    if isinstance(ending, Failed):
        run.error_code, run.error_detail = ending.code, storable(ending.message)
    with tenant_transaction(run.tenant_id):
        run.save()
        quotas.count_tokens(input_tokens=run.input_tokens, output_tokens=run.output_tokens)
        audit.record("question.ended", actor=run.actor, subject=str(run.id), status=run.status, tables=_tables(ending))


def _tables(ending: Event) -> list[str]:
    return list(ending.accepted.tables) if isinstance(ending, Answered) else []
