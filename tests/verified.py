"""A question with its statement, vouched for as curators do."""

from nl2sql.curation import verified_queries
from nl2sql.curation.verified_staleness import explain_again
from nl2sql.models import QueryOrigin, QueryState, VerifiedQuery
from schema_index.models import DataSource
from tenants.context import tenant_transaction


def vouch(source: DataSource, question: str, sql: str, *, actor: str = "user:1") -> VerifiedQuery:
    """Before the database has explained it: questions do not reuse it yet."""
    with tenant_transaction(source.tenant_id):
        query = verified_queries.propose(
            source=source, question=question, sql=sql, origin=QueryOrigin.ADMIN, actor=actor
        )
        verified_queries.decide(query, state=QueryState.VERIFIED, actor=actor, explain=lambda _: None)
    return query


def verify(source: DataSource, question: str, sql: str, *, actor: str = "user:1") -> VerifiedQuery:
    """In use. No transaction may be open."""
    query = vouch(source, question, sql, actor=actor)
    assert explain_again(query.tenant_id, query.id) == ""
    return query
