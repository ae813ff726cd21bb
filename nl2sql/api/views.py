"""Asking over HTTP: parse, call once, render."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nl2sql import runs
from nl2sql.api.ask_headers import EventStreamRenderer, idempotency_key, last_event_id, way_of
from nl2sql.api.event_stream import event_stream
from nl2sql.api.run_descriptions import ASK_HEADERS, ASK_RESPONSES
from nl2sql.api.run_failed import raise_if_failed
from nl2sql.api.serializers import AskSerializer
from nl2sql.asking import ask_and_leave, ask_and_wait
from nl2sql.clarification.choose import ask_request
from tenants.api.permissions import principal_of
from tenants.api.strict import refuse_parameters
from tenants.roles import Permission

TAGS = ["Questions"]


class AskView(APIView):
    renderer_classes = [JSONRenderer, EventStreamRenderer]
    takes_questions = True

    @extend_schema(
        operation_id="ask",
        tags=TAGS,
        summary="Ask a question",
        request=AskSerializer,
        parameters=ASK_HEADERS,
        responses=ASK_RESPONSES,
        examples=[
            OpenApiExample("A count", value={"question": "How many orders were placed last month?"}, request_only=True),
            OpenApiExample(
                "A choice, where a question came back",
                value={"clarifies": "4b8c1f52-9d1e-4d0e-8a55-5f9e0f0b9f2a", "choice": 2, "remember": True},
                request_only=True,
            ),
        ],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Answers when the run is over; with `Accept: text/event-stream`, while it happens; with
        `Prefer: respond-async`, at once, with the run's address. The same `Idempotency-Key` with the same body gives
        the same run for 24 hours."""
        principal = principal_of(request)
        principal.require(Permission.ASK)
        refuse_parameters(request)
        serializer = AskSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked: dict[str, Any] = {
            "request_id": request.META.get("HTTP_X_REQUEST_ID", ""),
            "idempotency_key": idempotency_key(request),
        }
        after = last_event_id(request)
        question, way = ask_request(principal, serializer.validated_data), way_of(request)
        if way == "answer":
            run = ask_and_wait(principal, question, **asked)
            raise_if_failed(run)
            return Response(runs.reply_of(run))
        run = ask_and_leave(principal, question, **asked)
        if way == "stream":
            return event_stream(principal, run, after=after)
        return Response(runs.reply_of(run), status=202, headers={"Location": runs.run_address(run)})


@extend_schema_view(post=extend_schema(operation_id="ask_short", summary="Ask a question, at the short address"))
class ShortAskView(AskView):
    """The same door; a description needs a name for each."""
