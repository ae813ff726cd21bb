"""Evaluations over HTTP: started, watched, read case by case, compared."""

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nl2sql.api.evaluation_serializers import (
    CaseQuerySerializer,
    CaseSerializer,
    ComparisonQuerySerializer,
    ComparisonSerializer,
    EvaluationPageSerializer,
    EvaluationSerializer,
    EvaluationWithCasesSerializer,
    NewEvaluationSerializer,
    comparison_reply,
    evaluation_address,
    evaluation_reply,
)
from nl2sql.evaluation import jobs
from nl2sql.evaluation.configuration_words import differences
from nl2sql.evaluation.evaluate import compare, find
from nl2sql.models import Evaluation
from nl2sql.tasks import run_evaluation
from tenants.api.cursor import PageSerializer, cursor_of, place_of
from tenants.api.newest_first import newest_first
from tenants.api.permissions import principal_of
from tenants.api.problems import problems
from tenants.api.strict import read_body, read_query
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission

TAGS = ["Evaluations"]


class EvaluationListView(APIView):
    @extend_schema(
        operation_id="list_evaluations",
        tags=TAGS,
        summary="Evaluations, newest first",
        parameters=[PageSerializer],
        responses={200: EvaluationPageSerializer, **problems(400, 401, 403)},
    )
    def get(self, request: Request) -> Response:
        principal = _curator(request)
        query = read_query(request, PageSerializer)
        with tenant_transaction(principal.tenant_id):
            found, cursor = newest_first(Evaluation.objects.all(), query, by="started_at")
        return Response({"items": [evaluation_reply(one) for one in found], "next": cursor})

    @extend_schema(
        operation_id="start_evaluation",
        tags=TAGS,
        summary="Have a set of the tenant's questions asked and judged",
        request=NewEvaluationSerializer,
        responses={
            202: OpenApiResponse(EvaluationSerializer, description="Under way; `Location` says how far it is."),
            **problems(400, 401, 403, 404, 413, 415, "in_progress"),
        },
        examples=[OpenApiExample("What people vouch for", value={"set": "verified"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        principal = _curator(request)
        fields = read_body(request, NewEvaluationSerializer)
        evaluation = jobs.start(
            principal,
            set_name=fields["set"],
            data_source=fields.get("data_source"),
            name=fields["name"],
            limit=fields.get("limit"),
            extra_columns_allowed=fields["extra_columns_allowed"],
            send=run_evaluation.delay,
        )
        reply = evaluation_reply(evaluation)
        return Response(reply, status=202, headers={"Location": evaluation_address(evaluation)})


class EvaluationView(APIView):
    @extend_schema(
        operation_id="get_evaluation",
        tags=TAGS,
        summary="One evaluation: how far it is, its scores, and its cases in pages",
        parameters=[CaseQuerySerializer],
        responses={200: EvaluationWithCasesSerializer, **problems(400, 401, 403, 404)},
    )
    def get(self, request: Request, evaluation_id: UUID) -> Response:
        principal = _curator(request)
        query = read_query(request, CaseQuerySerializer)
        evaluation = find(principal.tenant_id, evaluation_id)
        with tenant_transaction(principal.tenant_id):
            cases = evaluation.cases.order_by("number")
            if "verdict" in query:
                cases = cases.filter(verdict=query["verdict"])
            if "cursor" in query:
                cases = cases.filter(number__gt=place_of(query["cursor"], length=1)[0])
            found = list(cases[: query["limit"] + 1])
            done = evaluation.cases.count()
        shown = found[: query["limit"]]
        cursor = cursor_of([shown[-1].number]) if len(found) > len(shown) else None
        reply = {**evaluation_reply(evaluation), "asked": done}
        return Response({**reply, "cases": CaseSerializer(shown, many=True).data, "next": cursor})


class EvaluationComparisonView(APIView):
    @extend_schema(
        operation_id="compare_evaluations",
        tags=TAGS,
        summary="What an evaluation answers otherwise than an earlier one",
        parameters=[ComparisonQuerySerializer],
        responses={200: ComparisonSerializer, **problems(400, 401, 403, 404)},
    )
    def get(self, request: Request, evaluation_id: UUID) -> Response:
        principal = _curator(request)
        query = read_query(request, ComparisonQuerySerializer)
        before, after = (find(principal.tenant_id, one) for one in (query["before"], evaluation_id))
        return Response(
            comparison_reply(compare(before, after), changed=differences(before.configuration, after.configuration))
        )


def _curator(request: Request) -> Principal:
    """Cases show statements over all that the source holds: whoever curates them reads all."""
    return principal_of(request, needs=Permission.MANAGE_KNOWLEDGE)
