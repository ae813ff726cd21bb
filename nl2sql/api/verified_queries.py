"""Verified queries and the thumbs that propose them, over HTTP."""

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nl2sql.api.verified_query_serializers import (
    ChangedQuerySerializer,
    FeedbackReplySerializer,
    FeedbackSerializer,
    ProposedQuerySerializer,
    VerifiedQueryPageQuerySerializer,
    VerifiedQueryPageSerializer,
    VerifiedQueryReplySerializer,
    query_address,
)
from nl2sql.curation import feedback, verified_queries
from nl2sql.models import QueryOrigin, QueryState, Rating, VerifiedQuery
from nl2sql.tasks import request_check
from schema_index.sources import pick
from tenants.api.newest_first import newest_first
from tenants.api.permissions import principal_of
from tenants.api.problems import problems
from tenants.api.strict import read_body, read_query, refuse_parameters
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission

TAGS = ["Verified queries"]
WRONG: tuple[int | str, ...] = (400, 401, 403, 404, 413, 415, "data_source_not_synced", "sql_blocked")
EXAMPLE = OpenApiExample(
    "A question with its statement",
    value={
        "data_source": "shop",
        "question": "How many customers are in Lyon?",
        "sql": "SELECT COUNT(*) FROM customers WHERE city = 'Lyon'",
    },
    request_only=True,
)


class VerifiedQueryListView(APIView):
    @extend_schema(
        operation_id="list_verified_queries",
        tags=TAGS,
        summary="Verified queries and proposals, newest first",
        parameters=[VerifiedQueryPageQuerySerializer],
        responses={200: VerifiedQueryPageSerializer, **problems(400, 401, 403)},
    )
    def get(self, request: Request) -> Response:
        principal = _curator(request)
        query = read_query(request, VerifiedQueryPageQuerySerializer)
        with tenant_transaction(principal.tenant_id):
            rows = VerifiedQuery.objects.select_related("source")
            if "state" in query:
                rows = rows.filter(state=query["state"])
            if "data_source" in query:
                rows = rows.filter(source__slug=query["data_source"])
            found, cursor = newest_first(rows, query)
            return Response({"items": VerifiedQueryReplySerializer(found, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="propose_verified_query",
        tags=TAGS,
        summary="Propose a question with its statement",
        request=ProposedQuerySerializer,
        responses={201: VerifiedQueryReplySerializer, **problems(*WRONG)},
        examples=[EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """Sent twice, it stands once: the second reply is the first one's query."""
        principal = _curator(request)
        fields = read_body(request, ProposedQuerySerializer)
        with tenant_transaction(principal.tenant_id):
            query = verified_queries.propose(
                source=pick(fields.get("data_source")),
                question=fields["question"],
                sql=fields["sql"],
                origin=QueryOrigin.API,
                actor=principal.actor,
            )
            reply = VerifiedQueryReplySerializer(query).data
            return Response(reply, status=201, headers={"Location": query_address(query)})


class VerifiedQueryView(APIView):
    @extend_schema(
        operation_id="get_verified_query",
        tags=TAGS,
        summary="One verified query or proposal",
        responses={200: VerifiedQueryReplySerializer, **problems(400, 401, 403, 404)},
    )
    def get(self, request: Request, query_id: UUID) -> Response:
        principal = _curator(request)
        refuse_parameters(request)
        with tenant_transaction(principal.tenant_id):
            return Response(VerifiedQueryReplySerializer(verified_queries.find(query_id)).data)

    @extend_schema(
        operation_id="change_verified_query",
        tags=TAGS,
        summary="Change its texts, or decide on it",
        request=ChangedQuerySerializer,
        responses={200: VerifiedQueryReplySerializer, **problems(*WRONG, "already_exists")},
        examples=[OpenApiExample("Vouch for it", value={"state": "verified"}, request_only=True)],
    )
    def patch(self, request: Request, query_id: UUID) -> Response:
        principal = _curator(request)
        fields = read_body(request, ChangedQuerySerializer)
        with tenant_transaction(principal.tenant_id):
            query = verified_queries.find(query_id)
            if "question" in fields or "sql" in fields:
                query.question = fields.get("question", query.question)
                query.sql = fields.get("sql", query.sql)
                verified_queries.store(query, actor=principal.actor)
            if "state" in fields:
                state = QueryState(fields["state"])
                verified_queries.decide(query, state=state, actor=principal.actor, explain=request_check)
            return Response(VerifiedQueryReplySerializer(query).data)

    @extend_schema(
        operation_id="delete_verified_query",
        tags=TAGS,
        summary="Delete a verified query or proposal",
        responses={204: None, **problems(400, 401, 403, 404)},
    )
    def delete(self, request: Request, query_id: UUID) -> Response:
        principal = _curator(request)
        refuse_parameters(request)
        with tenant_transaction(principal.tenant_id):
            verified_queries.remove(verified_queries.find(query_id), actor=principal.actor)
        return Response(status=204)


class RunFeedbackView(APIView):
    @extend_schema(
        operation_id="rate_run",
        tags=TAGS,
        summary="Say whether an answer of your own is right",
        request=FeedbackSerializer,
        responses={200: FeedbackReplySerializer, **problems(400, 401, 403, 404, 413, 415)},
        examples=[OpenApiExample("Right", value={"rating": "up", "reason": "As in the report."}, request_only=True)],
    )
    def put(self, request: Request, run_id: UUID) -> Response:
        """A thumb up proposes the run's statement to the curators. Sent twice, it stands once."""
        principal = principal_of(request, needs=Permission.ASK)
        said = read_body(request, FeedbackSerializer)
        given = feedback.give(principal, run_id, rating=Rating(said["rating"]), reason=said["reason"])
        return Response(FeedbackReplySerializer(given).data)


def _curator(request: Request) -> Principal:
    """Statements name tables that a policy may hide from others: whoever curates them reads all."""
    return principal_of(request, needs=Permission.MANAGE_KNOWLEDGE)
