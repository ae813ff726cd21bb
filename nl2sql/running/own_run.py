"""Finds runs of the caller. What a policy of today would not show is withheld at every door."""

from uuid import UUID

from django.db.models import QuerySet

from nl2sql.models import Run
from nl2sql.replies.withheld import CHANGED, SOURCE_GONE, withheld
from nl2sql.running.close import close_left_behind
from schema_index.access.access_digest import access_digest
from schema_index.access.policies import OPEN, policy_for
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tenants.domain_error import existing
from tenants.principal import Principal


def find(principal: Principal, run_id: UUID) -> Run:
    """One of the caller's own runs; one that its process left behind is closed first. Raises NotFound.

    Of a run under another policy than today's, the reply is withheld; what is stored stays.
    """
    with tenant_transaction(principal.tenant_id):
        run = existing(own_runs(principal).filter(id=run_id).first(), "There is no such run.")
        run = close_left_behind(run)
        if run.reply and (reason := why_withheld(principal, run)):
            run.reply = withheld(run.reply, reason=reason)
            run.error_detail = reason if run.error_detail else ""
    return run


def own_runs(principal: Principal) -> "QuerySet[Run]":
    """Needs an open scope. With their tenant, whose settings say how long they are kept."""
    return Run.objects.select_related("tenant").filter(actor=principal.actor)


def recent(principal: Principal, *, limit: int) -> list[Run]:
    """The caller's own latest runs, newest first, without their results."""
    with tenant_transaction(principal.tenant_id):
        return list(own_runs(principal).defer("reply", "sql")[:limit])


def why_withheld(principal: Principal, run: Run) -> str:
    """Empty of what may be shown. Needs an open scope."""
    source = None if run.source_id is None else DataSource.objects.filter(id=run.source_id).first()
    if source is None:
        return SOURCE_GONE
    policy = policy_for(source, role=principal.role)
    if not run.access_digest:
        return "" if policy == OPEN else CHANGED
    return "" if run.access_digest == digest_of(principal, source, policy.digest) else CHANGED


def digest_of(principal: Principal, source: DataSource, policy_digest: str) -> str:
    """Of what the principal may see of the source."""
    return access_digest(policy=policy_digest, hidden=source.hidden, attributes=principal.attributes)
