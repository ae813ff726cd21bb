"""An answer that its asker shares inside their tenant: opened by colleagues, and shown as far as they see the same."""

from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from nl2sql.models import Run, RunStatus
from nl2sql.replies.withheld import SOURCE_GONE, YOU_SEE_OTHER_DATA, withheld
from nl2sql.running.own_run import digest_of, find, own_runs
from schema_index.access.policies import policy_for
from schema_index.catalogue import catalogue_of
from schema_index.knowledge.access import same_knowledge
from schema_index.models import DataSource
from schema_index.sources import DataSourceNotSynced
from tenants import audit
from tenants.context import tenant_transaction
from tenants.domain_error import Invalid, NotFound
from tenants.principal import Principal
from tenants.roles import Permission

READERS = ("user:", "key:")
"""Who is of the tenant. People of a tenant's own product, who come by an embed token, share nothing with each other."""


def share(principal: Principal, run_id: UUID) -> Run:
    """Twice is once. Raises NotFound, or Invalid of a run without an answer that its asker may see."""
    principal.require(Permission.ASK)
    run = find(principal, run_id)
    if run.status != RunStatus.COMPLETED or run.reply["sql"] is None:
        raise Invalid("There is no answer to share: ask again.")
    with tenant_transaction(principal.tenant_id):
        if own_runs(principal).filter(id=run_id, shared_at=None).update(shared_at=timezone.now()):
            audit.record("run.shared", actor=principal.actor, subject=str(run_id))
    return find(principal, run_id)


def unshare(principal: Principal, run_id: UUID) -> Run:
    """From now on its asker alone opens it. Twice is once. Raises NotFound."""
    principal.require(Permission.ASK)
    run = find(principal, run_id)
    with tenant_transaction(principal.tenant_id):
        if own_runs(principal).filter(id=run_id, shared_at__isnull=False).update(shared_at=None):
            audit.record("run.unshared", actor=principal.actor, subject=str(run_id))
    run.shared_at = None
    return run


def find_readable(principal: Principal, run_id: UUID) -> Run:
    """One of the caller's own runs, or one that a colleague shares. Raises NotFound.

    Who does not see the same data as the asker did gets it without the answer; without the question too, where that is
    about tables or columns that are hidden from the reader, or says nothing without what was asked before it.
    """
    if not principal.actor.startswith(READERS):
        return find(principal, run_id)
    with tenant_transaction(principal.tenant_id):
        shared = Run.objects.select_related("tenant").filter(id=run_id, shared_at__isnull=False)
        run = shared.exclude(actor=principal.actor).first()
        if run is None:
            return find(principal, run_id)
        if run.status != RunStatus.COMPLETED or run.reply.get("sql") is None:
            raise NotFound("There is no such run.")
        _show(principal, run)
    return run


def may_open(principal: Principal, run_id: UUID) -> bool:
    """Whether it is the caller's own or shared with them, as far as it may be shown."""
    with tenant_transaction(principal.tenant_id):
        return Run.objects.filter(Q(actor=principal.actor) | Q(shared_at__isnull=False), id=run_id).exists()


def leans(run: Run) -> bool:
    """Whether its question says too little by itself: it followed another, was chosen, or its statement was edited."""
    return bool(run.choice or run.given_sql or run.reply["follow_up"])


def _show(principal: Principal, run: Run) -> None:
    """Changes what is in memory; what is stored stays. Who reads rows is on the audit trail, like who asked."""
    run.metadata = {}
    source = None if run.source_id is None else DataSource.objects.filter(id=run.source_id).first()
    if source is not None and _sees_the_same(principal, run, source):
        statement = run.reply["sql"]
        columns = statement["columns"] if run.reply["result"] else []
        audit.record(
            "run.opened", actor=principal.actor, subject=str(run.id), tables=statement["tables"], columns=columns
        )
        return
    if source is None or leans(run) or not _sees_the_names(principal, run, source):
        run.question = ""
    run.choice = run.sql = run.given_sql = ""
    run.clarifies_id = None
    reason = SOURCE_GONE if source is None else YOU_SEE_OTHER_DATA
    run.reply = withheld({"status": run.reply["status"]}, reason=reason)


def _sees_the_same(principal: Principal, run: Run, source: DataSource) -> bool:
    """Whether the reader's own question would be answered from the same tables, columns, rows and definitions.

    What is known of a person counts without any row rule too: the target database gets it, and may go by it.
    """
    policy = policy_for(source, role=principal.role)
    if not run.access_digest or run.access_digest != digest_of(principal, source, policy.digest):
        return False
    return not run.reply["retrieval"]["knowledge"] or same_knowledge(run.role, principal.role)


def _sees_the_names(principal: Principal, run: Run, source: DataSource) -> bool:
    """Whether every table and column of the statement is visible to the reader, in whichever form."""
    try:
        visible = catalogue_of(source, principal).access.visible
    except DataSourceNotSynced:
        return False
    tables = {table.qualified_name for table in visible.tables}
    columns = {f"{table.qualified_name}.{column.name}" for table in visible.tables for column in table.columns}
    statement = run.reply["sql"]
    return tables.issuperset(statement["tables"]) and columns.issuperset(statement["columns"])
