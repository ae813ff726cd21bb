"""Asking over HTTP, and asking again with a statement of one's own."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from nl2sql import runs
from nl2sql.api.ask_headers import EventStreamRenderer, idempotency_key, last_event_id, way_of
from nl2sql.api.event_stream import event_stream
from nl2sql.api.run_descriptions import ASK_HEADERS, ASK_RESPONSES, OF_A_STATEMENT, OF_WRITING_IT
from nl2sql.api.run_failed import raise_if_failed
from nl2sql.api.serializers import AskSerializer
from nl2sql.asking import ask_and_leave, ask_and_wait
from nl2sql.clarification.choose import ask_request
from nl2sql.models.verified_query import MAX_SQL
from nl2sql.running.rerun import rerun_request
from nl2sql.runs import AskRequest
from tenants.api.operation import Call, Operation
from tenants.api.strict import StrictSerializer, TextField
from tenants.roles import Permission


class AskView(APIView):
    renderer_classes = [JSONRenderer, EventStreamRenderer]
    takes_questions = True

    @Operation(
        "ask",
        "Ask a question",
        tag="Questions",
        needs=Permission.ASK,
        body=AskSerializer,
        parameters=ASK_HEADERS,
        responses=ASK_RESPONSES,
        wrong=["not_found", *OF_WRITING_IT],
        sends={
            "A count": {"question": "How many orders were placed last month?"},
            "A choice, where a question came back": {
                "clarifies": "4b8c1f52-9d1e-4d0e-8a55-5f9e0f0b9f2a",
                "choice": 2,
                "remember": True,
            },
        },
    )
    def post(self, call: Call) -> HttpResponseBase:
        """Answers when the run is over; with `Accept: text/event-stream`, while it happens; with
        `Prefer: respond-async`, at once, with the run's address. The same `Idempotency-Key` with the same body gives
        the same run for 24 hours."""
        return _answered(call, ask_request(call.principal, call.body))


@extend_schema_view(post=extend_schema(operation_id="ask_short", summary="Ask a question, at the short address"))
class ShortAskView(AskView):
    """The same door; a description needs a name for each."""


class RerunSerializer(StrictSerializer):
    sql = TextField(max_length=MAX_SQL, help_text="One reading statement in the source's own SQL.")
    max_rows = serializers.IntegerField(required=False, min_value=1, max_value=100_000)


class RerunView(APIView):
    renderer_classes = [JSONRenderer, EventStreamRenderer]
    takes_questions = True

    @Operation(
        "rerun_run",
        "Ask again with a statement of your own",
        tag="Runs",
        needs=Permission.ASK,
        body=RerunSerializer,
        parameters=ASK_HEADERS,
        responses=ASK_RESPONSES,
        wrong=OF_A_STATEMENT,
        sends={"Changed": {"sql": "SELECT COUNT(*) FROM customers"}},
    )
    def post(self, call: Call, run_id: UUID) -> HttpResponseBase:
        """A new run in the same conversation, through the same guard and checks, without a model; marked as edited.
        Answers like a question does."""
        return _answered(call, rerun_request(call.principal, run_id, **call.body))


def _answered(call: Call, question: AskRequest) -> HttpResponseBase:
    """As the caller wants it: the answer, a stream, or an address to come back to. Raises RunFailed, or what keeps the
    question from being asked."""
    principal, request, way = call.principal, call.request, way_of(call.request)
    asked: dict[str, Any] = {
        "request_id": request.META.get("HTTP_X_REQUEST_ID", ""),
        "idempotency_key": idempotency_key(request),
    }
    after = last_event_id(request)
    if way == "answer":
        run = ask_and_wait(principal, question, **asked)
        raise_if_failed(run)
        return Response(runs.reply_of(run))
    run = ask_and_leave(principal, question, **asked)
    if way == "stream":
        return event_stream(principal, run, after=after)
    return Response(runs.reply_of(run), status=202, headers={"Location": runs.run_address(run)})
