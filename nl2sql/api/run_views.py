"""Runs of the caller's own over HTTP."""

from dataclasses import asdict
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nl2sql import runs
from nl2sql.api.ask_headers import EventStreamRenderer, last_event_id, wants_stream
from nl2sql.api.event_stream import event_stream
from nl2sql.api.run_descriptions import EVENT_HEADERS, EVENT_RESPONSES
from nl2sql.api.serializers import ReplySerializer
from nl2sql.running.story import story
from tenants.api.cursor import PageSerializer, cursor_of, place_of
from tenants.api.permissions import principal_of
from tenants.api.problems import problems
from tenants.api.strict import refuse_parameters
from tenants.roles import Permission

TAGS = ["Runs"]


class RunView(APIView):
    @extend_schema(
        operation_id="get_run",
        tags=TAGS,
        summary="One of your own runs",
        responses={200: ReplySerializer, **problems(401, 403, 404)},
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        principal = principal_of(request)
        principal.require(Permission.ASK)
        refuse_parameters(request)
        return Response(runs.reply_of(runs.find(principal, run_id)))


class RunEventsView(APIView):
    renderer_classes = [JSONRenderer, EventStreamRenderer]

    @extend_schema(
        operation_id="get_run_events",
        tags=TAGS,
        summary="What happened in a run, or happens",
        parameters=[PageSerializer, *EVENT_HEADERS],
        responses=EVENT_RESPONSES,
    )
    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """With `Accept: text/event-stream`, events as they happen, up to one `done` or `error`; `Last-Event-ID` goes on
        after an event. As JSON, those of now: while the run is at work, `next` is where to look for more."""
        principal = principal_of(request)
        principal.require(Permission.ASK)
        if wants_stream(request):
            refuse_parameters(request)
            return event_stream(principal, runs.find(principal, run_id), after=last_event_id(request))
        asked = PageSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        query = asked.validated_data
        after = place_of(query["cursor"], length=1)[0] - 1 if "cursor" in query else last_event_id(request)
        now = story(principal, run_id, after=after)
        page = now.events[: query["limit"]]
        is_last = now.is_over and len(page) == len(now.events)
        seen = page[-1].id if page else after
        return Response({"items": [asdict(one) for one in page], "next": None if is_last else cursor_of([seen + 1])})
