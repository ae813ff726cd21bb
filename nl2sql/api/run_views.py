"""Runs of the caller's own over HTTP."""

from dataclasses import asdict, replace
from functools import partial
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from nl2sql import runs
from nl2sql.api.ask_headers import EventStreamRenderer, last_event_id, wants_stream
from nl2sql.api.event_stream import event_stream
from nl2sql.api.run_descriptions import EVENT_HEADERS, EVENT_RESPONSES
from nl2sql.api.serializers import ReplySerializer, RunItemSerializer
from nl2sql.models import Run
from nl2sql.running.cancel import cancel
from nl2sql.running.close import close_left_behind
from nl2sql.running.own_run import own_runs
from nl2sql.running.shared_run import share, unshare
from nl2sql.running.story import story
from tenants.api.cursor import Page, PageSerializer, cursor_of, page_of, place_of
from tenants.api.newest_first import newest_first
from tenants.api.operation import Call, Operation
from tenants.api.strict import Fields, NoParameters, read_query
from tenants.roles import Permission

_operation = partial(Operation, tag="Runs", needs=Permission.ASK)


class RunListView(APIView):
    @_operation(
        "list_runs",
        "Your own runs, newest first",
        in_scope=True,
        query=PageSerializer,
        gives=page_of("RunPage", RunItemSerializer),
    )
    def get(self, call: Call) -> Page[Run]:
        page = newest_first(own_runs(call.principal).defer("reply", "sql", "error_detail"), call.query)
        return replace(page, items=list(map(close_left_behind, page.items)))


class RunView(APIView):
    @_operation("get_run", "One of your own runs, or one that a colleague shares", gives=ReplySerializer)
    def get(self, call: Call, run_id: UUID) -> Fields:
        return runs.reply_of(runs.find_readable(call.principal, run_id), reader=call.principal.actor)


class RunShareView(APIView):
    @_operation(
        "share_run",
        "Let the tenant's members open an answer of yours, who see the same data",
        gives=ReplySerializer,
    )
    def put(self, call: Call, run_id: UUID) -> Fields:
        return runs.reply_of(share(call.principal, run_id))

    @_operation("unshare_run", "From now on you alone open it")
    def delete(self, call: Call, run_id: UUID) -> None:
        unshare(call.principal, run_id)


class RunCancelView(APIView):
    @_operation(
        "cancel_run",
        "Stop one of your own runs",
        responses={
            200: OpenApiResponse(ReplySerializer, description="It is over, by this or by itself."),
            202: OpenApiResponse(ReplySerializer, description="It is being stopped: its model call and its query too."),
        },
    )
    def post(self, call: Call, run_id: UUID) -> Response:
        run = cancel(call.principal, run_id)
        return Response(runs.reply_of(run), status=202 if run.is_at_work else 200)


class RunEventsView(APIView):
    renderer_classes = [JSONRenderer, EventStreamRenderer]

    @_operation(
        "get_run_events",
        "What happened in a run, or happens",
        query=None,
        parameters=[PageSerializer, *EVENT_HEADERS],
        responses=EVENT_RESPONSES,
    )
    def get(self, call: Call, run_id: UUID) -> HttpResponseBase:
        """With `Accept: text/event-stream`, events as they happen, up to one `done` or `error`; `Last-Event-ID` goes on
        after an event. As JSON, those of now: while the run is at work, `next` is where to look for more."""
        principal, request = call.principal, call.request
        if wants_stream(request):
            read_query(request, NoParameters)
            return event_stream(principal, runs.find(principal, run_id), after=last_event_id(request))
        query = read_query(request, PageSerializer)
        after = place_of(query["cursor"], length=1)[0] - 1 if "cursor" in query else last_event_id(request)
        now = story(principal, run_id, after=after)
        page = now.events[: query["limit"]]
        is_last = now.is_over and len(page) == len(now.events)
        seen = page[-1].id if page else after
        return Response({"items": [asdict(one) for one in page], "next": None if is_last else cursor_of([seen + 1])})
