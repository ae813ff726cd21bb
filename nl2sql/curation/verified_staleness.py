"""Verified queries and a change of schema: what it would break, and what is out of use until explained again."""

import time
from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from nl2sql.curation.verified_queries import check, check_over, refer
from nl2sql.models import QueryState, VerifiedQuery
from nl2sql.models.verified_query import BEING_CHECKED, CHANGED
from nl2sql.validation.verdict import Accepted
from schema_index.connectors.base import Limits
from schema_index.models import DataSource, Reference, SubjectKind
from schema_index.schema import DatabaseSchema, Table
from schema_index.sources import open_connector
from schema_index.syncing.breakage import Breakage
from schema_index.syncing.diff import Change
from tenants import audit
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError

ACTOR = "system:schema-change"
EXPLAIN_DEADLINE_MS = 10_000
EXPLAIN_ALL_S = 120.0
"""Of one sync, whose lease is 15 minutes."""

MAX_EXPLAIN_BYTES = 1_000_000
MAX_AT_ONCE = 2_000
"""Verified queries of one source that are in use at all."""


def doubtful(source: DataSource, changes: Sequence[Change]) -> list[UUID]:
    """In the sync's transaction: what cites a changed table is out of use at once. Returns that and what was stale
    before, to be tried again."""
    if not changes:
        return []
    touched = _touched(source, changes).filter(stale_at=None)
    touched.update(stale_reason=CHANGED, stale_at=timezone.now())
    return stale_ids(VerifiedQuery.objects.filter(source_id=source.id, state=QueryState.VERIFIED))


def broken_by(source: DataSource, *, schema: DatabaseSchema, changes: Sequence[Change]) -> list[Breakage]:
    """Queries in use that would not be any more, were `schema` the source's: the guard refuses them over it, or the
    database, which has changed already, cannot plan them.

    No transaction is open. Where the database cannot be reached, or has planned for EXPLAIN_ALL_S, the guard's word
    stands alone: nothing is broken for want of an answer.
    """
    with tenant_transaction(source.tenant_id):
        queries = list(_touched(source, changes).order_by("-decided_at", "-id")[:MAX_AT_ONCE])
    found = []
    until = time.monotonic() + EXPLAIN_ALL_S
    for query in queries:
        try:
            accepted = check_over(schema, query.sql)
            if time.monotonic() < until:
                _explain(source, accepted)
        except DomainError as error:
            if error.retryable:
                until = 0.0
            else:
                found.append(Breakage(subject=query.question, reason=error.message))
    return found


def _touched(source: DataSource, changes: Sequence[Change]) -> "QuerySet[VerifiedQuery]":
    """In use or being checked, and citing a changed table."""
    names = set(_changed_tables(changes))
    cited = {
        one.subject_id
        for one in Reference.objects.filter(source_id=source.id, subject_kind=SubjectKind.VERIFIED_QUERY)
        if (one.schema, one.table) in names
    }
    # A change without a table is one of the whole database.
    found = VerifiedQuery.standing().filter(source_id=source.id)
    return found if any(not table for _, table in names) else found.filter(id__in=cited)


def stale_ids(verified: "QuerySet[VerifiedQuery]") -> list[UUID]:
    stale = verified.filter(state=QueryState.VERIFIED).exclude(stale_at=None)
    return list(stale.order_by("stale_at").values_list("id", flat=True)[:MAX_AT_ONCE])


def broken_queries(source: DataSource) -> int:
    """Verified queries that the database or the guard refuses since the schema changed. Needs an open scope."""
    verified = VerifiedQuery.objects.filter(source_id=source.id, state=QueryState.VERIFIED)
    return verified.exclude(stale_at=None).exclude(stale_reason__in=BEING_CHECKED).count()


def explain_again(tenant_id: UUID, query_id: UUID) -> str:
    """The guard and the database judge the statement anew; returns why it is stale, empty when it is green.

    No transaction is open while the database plans. Runs twice without harm. A database that cannot be reached makes
    nothing stale that was not.
    """
    with tenant_transaction(tenant_id):
        query = VerifiedQuery.objects.select_related("source", "source__snapshot").filter(id=query_id).first()
    if query is None:
        return ""
    reason = ""
    try:
        with tenant_transaction(tenant_id):
            accepted = check(query.source, query.sql)
        _explain(query.source, accepted)
    except DomainError as error:
        if error.retryable and query.stale_at is None:
            return ""
        reason = error.message
    with tenant_transaction(tenant_id):
        stored = VerifiedQuery.objects.select_for_update().filter(id=query_id, sql=query.sql).first()
        if stored is None:
            # It was changed or deleted meanwhile: whoever did that asks for another look.
            return reason
        was_stale = stored.stale_at is not None
        stored.stale_reason = reason
        stored.stale_at = (stored.stale_at or timezone.now()) if reason else None
        stored.save(update_fields=["stale_reason", "stale_at", "updated_at"])
        if not reason:
            refer(stored, accepted)
        if bool(reason) != was_stale or reason != query.stale_reason:
            action = "verified_query.stale" if reason else "verified_query.green"
            audit.record(action, actor=ACTOR, subject=str(query_id))
    return reason


def _explain(source: DataSource, accepted: Accepted) -> None:
    """Raises DomainError where the database cannot plan it."""
    limits = Limits(deadline_ms=EXPLAIN_DEADLINE_MS, max_rows=1_000, max_bytes=MAX_EXPLAIN_BYTES, max_cost=None)
    open_connector(source).read(f"EXPLAIN {accepted.sql}", limits=limits)


def _changed_tables(changes: Sequence[Change]) -> list[tuple[str, str]]:
    """Under the names they bore before and bear now."""
    found = [(change.schema, change.table) for change in changes]
    return found + [
        (change.before.schema, change.before.name)
        for change in changes
        if change.kind == "table_renamed" and isinstance(change.before, Table)
    ]
