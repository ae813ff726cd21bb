"""Evaluations over HTTP: started, watched, read case by case, compared."""

from functools import partial
from uuid import UUID

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
    evaluation_reply,
)
from nl2sql.evaluation import jobs
from nl2sql.evaluation.configuration_words import differences
from nl2sql.evaluation.evaluate import compare, find
from nl2sql.models import Evaluation
from nl2sql.tasks import run_evaluation
from tenants.api.cursor import PageSerializer, cursor_of, place_of
from tenants.api.newest_first import newest_first
from tenants.api.operation import Call, Operation
from tenants.api.strict import Fields
from tenants.roles import Permission

_operation = partial(Operation, tag="Evaluations", needs=Permission.MANAGE_KNOWLEDGE)
"""Cases show statements over all that the source holds: whoever curates them reads all."""


class EvaluationListView(APIView):
    @_operation(
        "list_evaluations",
        "Evaluations, newest first",
        in_scope=True,
        query=PageSerializer,
        gives=EvaluationPageSerializer,
    )
    def get(self, call: Call) -> Fields:
        page = newest_first(Evaluation.objects.all(), call.query, by="started_at")
        return {"items": [evaluation_reply(one) for one in page.items], "next": page.next}

    @_operation(
        "start_evaluation",
        "Have a set of the tenant's questions asked and judged",
        body=NewEvaluationSerializer,
        gives=EvaluationSerializer,
        status=202,
        says="Under way; `Location` says how far it is.",
        wrong=["not_found", "in_progress"],
        sends={"What people vouch for": {"set": "verified"}},
    )
    def post(self, call: Call) -> Fields:
        evaluation = jobs.start(
            call.principal,
            set_name=call.body["set"],
            data_source=call.body.get("data_source"),
            name=call.body["name"],
            limit=call.body.get("limit"),
            extra_columns_allowed=call.body["extra_columns_allowed"],
            send=run_evaluation.delay,
        )
        return evaluation_reply(evaluation)


class EvaluationView(APIView):
    @_operation(
        "get_evaluation",
        "One evaluation: how far it is, its scores, and its cases in pages",
        in_scope=True,
        query=CaseQuerySerializer,
        gives=EvaluationWithCasesSerializer,
    )
    def get(self, call: Call, evaluation_id: UUID) -> Fields:
        query = call.query
        evaluation = find(call.principal.tenant_id, evaluation_id)
        cases = evaluation.cases.order_by("number")
        if "verdict" in query:
            cases = cases.filter(verdict=query["verdict"])
        if "cursor" in query:
            cases = cases.filter(number__gt=place_of(query["cursor"], length=1)[0])
        found = list(cases[: query["limit"] + 1])
        shown = found[: query["limit"]]
        cursor = cursor_of([shown[-1].number]) if len(found) > len(shown) else None
        reply = {**evaluation_reply(evaluation), "asked": evaluation.cases.count()}
        return {**reply, "cases": CaseSerializer(shown, many=True).data, "next": cursor}


class EvaluationComparisonView(APIView):
    @_operation(
        "compare_evaluations",
        "What an evaluation answers otherwise than an earlier one",
        query=ComparisonQuerySerializer,
        gives=ComparisonSerializer,
    )
    def get(self, call: Call, evaluation_id: UUID) -> Fields:
        before, after = (find(call.principal.tenant_id, one) for one in (call.query["before"], evaluation_id))
        return comparison_reply(compare(before, after), changed=differences(before.configuration, after.configuration))
