"""What an installation needs to work, asked one thing after the other, each finding with how to mend it.

Nothing is changed, every question is bounded, and one part that is broken does not hide the others.
"""

from collections.abc import Iterator

from celery import current_app
from django.conf import settings
from django.db import Error, connection, connections
from kombu.exceptions import OperationalError

from config.finding import Finding, State, failed, ok, warning
from config.model_diagnosis import installation_model, tenant_model
from config.startup import missing_migrations
from nl2sql.curation.verified_staleness import broken_queries
from nl2sql.evaluation.accepted_states import untried
from nl2sql.evaluation.evaluate import ROLE
from nl2sql.evaluation.standing import standings
from schema_index.connectors.base import Limits
from schema_index.embedding.spaces import active_embedder
from schema_index.models import DataSource
from schema_index.sources import open_connector
from schema_index.syncing.breakage import in_words
from schema_index.syncing.proposed_schemas import proposed
from tenants.confinement import why_not_confined
from tenants.context import REPLICA, tenant_transaction
from tenants.domain_error import DomainError
from tenants.models import Tenant
from tenants.principal import principal_of_role
from tenants.tenancy import all_tenants

BROKER_TIMEOUT_S = 5
SOURCE_LIMITS = Limits(deadline_ms=10_000, max_rows=1, max_bytes=10_000)
MAX_SOURCES = 500


def diagnose() -> Iterator[Finding]:
    """Findings as they are made. Without a database nothing else can be asked, and nothing else is."""
    database = _database()
    yield from database
    if any(finding.state == "failed" for finding in database):
        return
    if REPLICA in connections.settings:
        yield _replica()
    yield _broker()
    yield from installation_model()
    tenants = all_tenants()
    yield _embeddings(tenants)
    for tenant in tenants:
        yield from tenant_model(tenant)
        yield from _sources(tenant)
        yield from _untried(tenant)
        yield from _evaluations(tenant)


def _database() -> list[Finding]:
    try:
        reason = why_not_confined(connection)
        with connection.cursor() as cursor:
            cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
            vector = cursor.fetchone()
        missing = missing_migrations()
    except DomainError as error:
        return [failed("database role", detail=error.message)]
    except Error:
        detail = (
            "It cannot be reached with the address in DATABASE_URL: start it, or check the address; where it is new, "
            "run `manage.py prepare_database`."
        )
        return [failed("database", detail=detail)]
    return [
        _finding("database role", reason, good="Row-level security binds it."),
        _finding(
            "pgvector",
            None if vector else "The extension is missing: run `manage.py prepare_database`.",
            good=f"Version {vector[0]}." if vector else "",
        ),
        _finding(
            "migrations",
            f"{missing} are to be applied: run `manage.py prepare_database`." if missing else None,
            good="All applied.",
        ),
    ]


def _replica() -> Finding:
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(
                "SELECT pg_is_in_recovery(), extract(epoch FROM now() - pg_last_xact_replay_timestamp())::bigint"
            )
            is_replica, age_s = cursor.fetchone()
    except DomainError as error:
        return failed("replica", detail=error.message)
    except Error:
        detail = "It does not answer at DATABASE_REPLICA_URL, so that the primary answers all reads."
        return warning("replica", detail=detail)
    if not is_replica:
        detail = (
            "DATABASE_REPLICA_URL is a server that takes writes of its own: only a streaming replica has all reads."
        )
        return warning("replica", detail=detail)
    told = "nothing was replayed yet" if age_s is None else f"the last change that it replayed is {age_s} s old"
    return ok("replica", detail=f"It answers; {told}.")


def _broker() -> Finding:
    if settings.ENVIRONMENT.embedded_worker:
        return ok("broker", detail="In this process (memory://): a worker runs where it serves.")
    try:
        with current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT_S) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_S)
    except (OperationalError, OSError):
        return failed("broker", detail="It does not answer: check CELERY_BROKER_URL and start it.")
    workers = current_app.control.inspect(timeout=1.0).active_queues() or {}
    if not workers:
        return warning("broker", detail="It answers, and no worker does: start `celery -A config worker`.")
    served = {queue["name"] for queues in workers.values() for queue in queues}
    left = ",".join(queue.name for queue in settings.CELERY_TASK_QUEUES if queue.name not in served)
    if left:
        detail = f"It answers, and no worker serves {left}: start `celery -A config worker --queues {left}`."
        return warning("broker", detail=detail)
    return ok("broker", detail=f"It answers, and {len(workers)} workers do.")


def _embeddings(tenants: list[Tenant]) -> Finding:
    def embed(tenant: Tenant) -> str:
        embedder = active_embedder(tenant.id)
        return f"{embedder.model} gives {embedder.embed(['orders']).shape[-1]} dimensions"

    found: list[str] = []
    for tenant in tenants:
        try:
            found.append(embed(tenant))
        except DomainError as error:
            return failed("embeddings", detail=f"{tenant.slug}: {error.message}")
    return ok("embeddings", detail="; ".join(dict.fromkeys(found)) or "No tenant yet.")


def _sources(tenant: Tenant) -> Iterator[Finding]:
    with tenant_transaction(tenant.id):
        sources = list(DataSource.objects.order_by("slug")[:MAX_SOURCES])
    for source in sources:
        yield from _source(f"{tenant.slug}/{source.slug}", source)


def _source(part: str, source: DataSource) -> Iterator[Finding]:
    try:
        connector = open_connector(source)
        connector.read("SELECT 1", limits=SOURCE_LIMITS)
        rights = connector.excess_rights()
    except DomainError as error:
        yield failed(part, detail=error.message)
        return
    if source.snapshot_id is None:
        yield warning(part, detail="It answers, and was never synced: `manage.py sync_schema`.")
    elif source.sync_error:
        yield warning(part, detail=f"It answers; the last sync failed: {source.sync_error}")
    else:
        yield ok(part, detail="It answers and is synced.")
    yield from _changed_schema(part, source)
    if rights:
        yield warning(
            part,
            detail=f"The role {'; it '.join(rights)}. `manage.py grants {source.slug}` prints one that only reads.",
        )


def _changed_schema(part: str, source: DataSource) -> Iterator[Finding]:
    """What a change of schema breaks, or would."""
    with tenant_transaction(source.tenant_id):
        waiting, broken = proposed(source), broken_queries(source)
    if waiting is not None:
        detail = f"{in_words(waiting.broken_count, is_refused=True)} `manage.py sync_schema {source.slug} --accept`."
        yield warning(part, detail=detail)
    if broken:
        yield warning(part, detail=in_words(broken, is_refused=False))


def _untried(tenant: Tenant) -> Iterator[Finding]:
    """What these settings bring that the tenant's verified queries have not accepted."""
    new = () if tenant.is_suspended else untried(tenant.id)
    if new:
        again = f"`manage.py evaluate verified --gate --tenant {tenant.slug}` tries it."
        detail = f"New, and not accepted by its verified queries: {', '.join(new)}. {again}"
        yield Finding(part=f"{tenant.slug}: settings", state=_bad(), detail=detail)


def _bad() -> State:
    return "failed" if settings.ENVIRONMENT.evaluation_gate == "refuse" else "warning"


def _evaluations(tenant: Tenant) -> Iterator[Finding]:
    """What the tenant's own questions say of the settings in force, or that nobody has asked them yet."""
    principal = principal_of_role(tenant.id, actor="system:doctor", role=ROLE)
    bad = _bad()
    try:
        for standing in standings(principal):
            name = standing.evaluation.set_name
            part = f"{tenant.slug}: questions {name}"
            if standing.unmeasured:
                again = f"`manage.py evaluate {name} --tenant {tenant.slug} --gate` asks them again."
                yield Finding(part=part, state=bad, detail=f"New since: {', '.join(standing.unmeasured)}. {again}")
            elif standing.report is not None:
                state: State = bad if standing.report.breaks else "ok"
                yield Finding(part=part, state=state, detail=standing.report.message)
    except DomainError as error:
        yield failed(f"{tenant.slug}: questions", detail=error.message)


def _finding(part: str, problem: str | None, *, good: str) -> Finding:
    return Finding(part=part, state="failed" if problem else "ok", detail=problem or good)
