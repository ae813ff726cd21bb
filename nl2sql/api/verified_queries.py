"""Verified queries and the thumbs that propose them, over HTTP."""

from functools import partial
from uuid import UUID

from rest_framework.views import APIView

from nl2sql.api.verified_query_serializers import (
    ChangedQuerySerializer,
    FeedbackReplySerializer,
    FeedbackSerializer,
    ProposedQuerySerializer,
    VerifiedQueryPageQuerySerializer,
    VerifiedQueryReplySerializer,
)
from nl2sql.curation import feedback, verified_queries
from nl2sql.models import QueryOrigin, QueryState, Rating, RunFeedback, VerifiedQuery
from nl2sql.tasks import request_check
from schema_index.sources import pick
from tenants.api.cursor import Page, page_of
from tenants.api.newest_first import newest_first
from tenants.api.operation import Call, Operation
from tenants.roles import Permission

WRONG = ("not_found", "data_source_not_synced", "sql_blocked")
EXAMPLE = {
    "data_source": "shop",
    "question": "How many customers are in Lyon?",
    "sql": "SELECT COUNT(*) FROM customers WHERE city = 'Lyon'",
}


_operation = partial(Operation, tag="Verified queries", needs=Permission.MANAGE_KNOWLEDGE, in_scope=True)
"""Statements name tables that a policy may hide from others: whoever curates them reads all."""


class VerifiedQueryListView(APIView):
    @_operation(
        "list_verified_queries",
        "Verified queries and proposals, newest first",
        query=VerifiedQueryPageQuerySerializer,
        gives=page_of("VerifiedQueryPage", VerifiedQueryReplySerializer),
    )
    def get(self, call: Call) -> Page[VerifiedQuery]:
        names = {"state": "state", "data_source": "source__slug"}
        wanted = {field: call.query[name] for name, field in names.items() if name in call.query}
        return newest_first(VerifiedQuery.objects.select_related("source").filter(**wanted), call.query)

    @_operation(
        "propose_verified_query",
        "Propose a question with its statement",
        body=ProposedQuerySerializer,
        gives=VerifiedQueryReplySerializer,
        status=201,
        wrong=WRONG,
        sends={"A question with its statement": EXAMPLE},
    )
    def post(self, call: Call) -> VerifiedQuery:
        """Sent twice, it stands once: the second reply is the first one's query."""
        return verified_queries.propose(
            source=pick(call.body.get("data_source")),
            question=call.body["question"],
            sql=call.body["sql"],
            origin=QueryOrigin.API,
            actor=call.principal.actor,
        )


class VerifiedQueryView(APIView):
    @_operation("get_verified_query", "One verified query or proposal", gives=VerifiedQueryReplySerializer)
    def get(self, call: Call, query_id: UUID) -> VerifiedQuery:
        return verified_queries.find(query_id)

    @_operation(
        "change_verified_query",
        "Change its texts, or decide on it",
        body=ChangedQuerySerializer,
        gives=VerifiedQueryReplySerializer,
        wrong=[*WRONG, "already_exists"],
        sends={"Vouch for it": {"state": "verified"}},
    )
    def patch(self, call: Call, query_id: UUID) -> VerifiedQuery:
        fields, actor = call.body, call.principal.actor
        query = verified_queries.find(query_id)
        if "question" in fields or "sql" in fields:
            query.question = fields.get("question", query.question)
            query.sql = fields.get("sql", query.sql)
            verified_queries.store(query, actor=actor)
        if "state" in fields:
            verified_queries.decide(query, state=QueryState(fields["state"]), actor=actor, explain=request_check)
        return query

    @_operation("delete_verified_query", "Delete a verified query or proposal")
    def delete(self, call: Call, query_id: UUID) -> None:
        verified_queries.remove(verified_queries.find(query_id), actor=call.principal.actor)


class RunFeedbackView(APIView):
    @Operation(
        "rate_run",
        "Say whether an answer of your own is right",
        tag="Verified queries",
        needs=Permission.ASK,
        body=FeedbackSerializer,
        gives=FeedbackReplySerializer,
        sends={"Right": {"rating": "up", "reason": "As in the report."}},
    )
    def put(self, call: Call, run_id: UUID) -> RunFeedback:
        """A thumb up proposes the run's statement to the curators. Sent twice, it stands once."""
        return feedback.give(call.principal, run_id, rating=Rating(call.body["rating"]), reason=call.body["reason"])
