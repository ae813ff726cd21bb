"""Carries out an opened run: claims it, drives the pipeline, stores what happens, closes it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from nl2sql.answering.attempt import failed
from nl2sql.clarification.choose import clarified
from nl2sql.curation import verified_queries
from nl2sql.events import Event, Failed
from nl2sql.execution.caps import caps
from nl2sql.follow_up.history import history
from nl2sql.generation.base import Usage
from nl2sql.metrics import QUEUE_SECONDS
from nl2sql.model_access.generators import generator_of
from nl2sql.model_access.tenant_models import candidates_of, effective
from nl2sql.models import Run, RunStatus
from nl2sql.pipeline import answer
from nl2sql.running.close import close
from nl2sql.running.own_run import digest_of
from nl2sql.running.recorder import Recorder, Superseded
from nl2sql.running.run_lines import run_lines, tell_end
from nl2sql.running.run_span import run_span
from nl2sql.running.start import Send
from nl2sql.running.watch import watched
from nl2sql.running.work_time import LEASE
from nl2sql.suggestions.with_suggestions import with_suggestions
from nl2sql.task import Mode, Task
from schema_index.catalogue import catalogue_of
from schema_index.embedding.spaces import active_space, embedder_of, threshold_in
from schema_index.models import DataSource
from schema_index.sources import open_connector
from tenants.actors import principal_now
from tenants.attributes import attributes_from_json
from tenants.cancellation import Cancellation
from tenants.clock import from_now
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError, existing
from tenants.outage import MAY_BE_OUTAGE, is_outage, through_outage
from tenants.principal import Principal
from tenants.roles import Permission, Role

OUTAGE = "The run was interrupted: Querent's own database could not be reached. Ask again."

_log = structlog.stdlib.get_logger(__name__)


def execute(tenant_id: UUID, run_id: UUID, *, ended: Send | None = None) -> bool:
    """A worker's way: whether the run was carried out. Nothing happens to one that is claimed already, over, or past
    its deadline. `ended` is called in the transaction that ends it.

    The asker's rights are read again: whoever may no longer ask gets no answer.
    """
    run = through_outage(lambda: _claimed(tenant_id, run_id))
    if run is None:
        return False
    QUEUE_SECONDS.observe((timezone.now() - run.created_at).total_seconds())
    tell_end(carry_out(run, None, ended=ended))
    return True


def _claimed(tenant_id: UUID, run_id: UUID) -> Run | None:
    with tenant_transaction(tenant_id):
        waiting = Run.objects.filter(id=run_id, status=RunStatus.QUEUED, deadline_at__gt=Now())
        if not waiting.update(status=RunStatus.RUNNING, lease_until=from_now(LEASE)):
            return None
        return Run.objects.select_related("tenant").get(id=run_id)


def carry_out(
    run: Run,
    principal: Principal | None,
    *,
    cancellation: Cancellation | None = None,
    observe: Callable[[Event], None] | None = None,
    ended: Send | None = None,
) -> Run:
    """The run, which the caller holds, up to its end. Without `principal` the asker is looked up as of now; `observe`
    is told of each event as it happens."""
    recorder = Recorder(run)
    stop = cancellation or Cancellation()
    with run_lines(run), run_span(run) as note:
        try:
            with watched(run, stop):
                for event in _events(run, principal, stop):
                    note(event)
                    recorder.add(event)
                    if observe is not None:
                        observe(event)
        except Superseded:
            pass
        except MAY_BE_OUTAGE as error:
            if not is_outage(error):
                raise
            _log.warning("the database was out of reach too long", run=str(run.id), kind=type(error).__name__)
            recorder.events.append(Failed(code="interrupted", message=OUTAGE, details={}, usage=Usage()))
        finally:
            close(run, recorder, ended=ended)
    return run


def _events(run: Run, principal: Principal | None, stop: Cancellation) -> Iterator[Event]:
    try:
        task = through_outage(lambda: _task(run, principal, stop))
    except DomainError as error:
        yield failed(error)
        return
    yield from answer(task) if run.is_test else with_suggestions(answer(task), task)


def _asker(run: Run) -> Principal:
    principal = principal_now(
        run.tenant, actor=run.actor, role=Role(run.role), attributes=attributes_from_json(run.attributes)
    )
    principal.require(Permission.ASK)
    return principal


def _task(run: Run, principal: Principal | None, stop: Cancellation) -> Task:
    """One transaction for all that is read, the asker's rights among it; none is open while names resolve.

    Raises DataSourceNotSynced, DataSourceForbidden, DataSourceUnavailable, CredentialUnreadable, ModelForbidden,
    LlmMisconfigured, or NotFound for a source that is gone.
    """
    with tenant_transaction(run.tenant_id):
        principal = principal or _asker(run)
        sources = DataSource.objects.annotate(revision=F("snapshot__revision"))
        source = existing(sources.filter(id=run.source_id or UUID(int=0)).first(), "The data source is gone.")
        verified = () if run.is_test or run.clarifies_id else verified_queries.known(source)
        catalogue = catalogue_of(source, principal)
        run.access_digest = digest_of(principal, source, catalogue.access.digest)
        space = active_space()
        model = effective(is_candidate=run.is_candidate_model)
        earlier, chosen = history(run), clarified(run)
    tenant = run.tenant  # "last month" is the tenant's, not the server's
    mode: Mode = run.mode  # type: ignore[assignment]  # stored from a value of this type
    return Task(
        question=run.question,
        mode=mode,
        tenant_id=run.tenant_id,
        role=principal.role,
        source_id=source.id,
        catalogue=catalogue,
        embedder=embedder_of(space),
        threshold=threshold_in(space),
        generator=generator_of(model, tenant=tenant),
        connector=open_connector(source, time_zone=tenant.time_zone, session_settings=principal.attributes),
        limits=caps(max_rows=run.max_rows),
        top_k=settings.ENVIRONMENT.retrieval_top_k,
        candidates=candidates_of(model),
        access="" if run.is_test else run.access_digest,  # what is judged is written anew
        today=datetime.now(ZoneInfo(tenant.time_zone)).date(),
        time_zone=tenant.time_zone,
        fiscal_month=tenant.fiscal_year_start_month,
        history=earlier,
        clarified=chosen,
        language=run.language,
        given_sql=run.given_sql,
        revision=source.revision,
        synced_at=source.synced_at,
        verified=verified,
        attributes=principal.attributes,
        cancellation=stop,
    )
