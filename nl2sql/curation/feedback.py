"""What askers say of an answer: a thumb and a reason, the last one counts."""

from uuid import UUID

from django.db import transaction

from nl2sql import runs
from nl2sql.answering import answer_cache
from nl2sql.curation import verified_queries
from nl2sql.models import QueryOrigin, QueryState, Rating, RunFeedback, VerifiedQuery
from tenants import audit
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission


def give(principal: Principal, run_id: UUID, *, rating: Rating, reason: str = "") -> RunFeedback:
    """Sent twice, it stands once. A thumb up proposes the run's statement; turned down, an undecided proposal of it
    goes, and so does the answer kept for its question. Raises NotFound."""
    principal.require(Permission.ASK)
    run = runs.find(principal, run_id)
    with tenant_transaction(principal.tenant_id), transaction.atomic():
        feedback, _ = RunFeedback.objects.update_or_create(
            tenant_id=principal.tenant_id,
            run_id=run.id,
            defaults={"rating": rating, "reason": reason, "actor": principal.actor},
        )
        audit.record("run.rated", actor=principal.actor, subject=str(run.id), rating=rating)
        if rating == Rating.UP:
            verified_queries.propose_from_run(run, actor=principal.actor)
        else:
            _withdraw(run_id, actor=principal.actor)
            if run.source_id is not None:
                answer_cache.forget_question(principal.tenant_id, source_id=run.source_id, question=run.question)
    return feedback


def _withdraw(run_id: UUID, *, actor: str) -> None:
    undecided = VerifiedQuery.objects.select_related("source").filter(
        run_id=run_id, origin=QueryOrigin.FEEDBACK, state=QueryState.PROPOSED
    )
    for query in undecided:
        verified_queries.remove(query, actor=actor)
