"""Runs of the caller's own over HTTP."""

from dataclasses import asdict
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nl2sql import runs
from nl2sql.api.ask_headers import EventStreamRenderer, last_event_id, wants_stream
from nl2sql.api.event_stream import event_stream
from nl2sql.api.run_descriptions import EVENT_HEADERS, EVENT_RESPONSES
from nl2sql.api.run_items import RunItemSerializer, RunPageSerializer
from nl2sql.api.serializers import ReplySerializer
from nl2sql.running.cancel import cancel
from nl2sql.running.close import close_left_behind
from nl2sql.running.own_run import own_runs
from nl2sql.running.shared_run import share, unshare
from nl2sql.running.story import story
from tenants.api.cursor import PageSerializer, cursor_of, place_of
from tenants.api.newest_first import newest_first
from tenants.api.permissions import principal_of
from tenants.api.problems import problems
from tenants.api.strict import read_body, read_query, refuse_parameters
from tenants.context import tenant_transaction
from tenants.roles import Permission

TAGS = ["Runs"]


class RunListView(APIView):
    @extend_schema(
        operation_id="list_runs",
        tags=TAGS,
        summary="Your own runs, newest first",
        parameters=[PageSerializer],
        responses={200: RunPageSerializer, **problems(400, 401, 403)},
    )
    def get(self, request: Request) -> Response:
        principal = principal_of(request, needs=Permission.ASK)
        query = read_query(request, PageSerializer)
        with tenant_transaction(principal.tenant_id):
            rows = own_runs(principal).defer("reply", "sql", "error_detail")
            found, cursor = newest_first(rows, query)
            items = RunItemSerializer(map(close_left_behind, found), many=True).data
        return Response({"items": items, "next": cursor})


class RunView(APIView):
    @extend_schema(
        operation_id="get_run",
        tags=TAGS,
        summary="One of your own runs, or one that a colleague shares",
        responses={200: ReplySerializer, **problems(401, 403, 404)},
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        principal = principal_of(request, needs=Permission.ASK)
        refuse_parameters(request)
        return Response(runs.reply_of(runs.find_readable(principal, run_id), reader=principal.actor))


class RunShareView(APIView):
    @extend_schema(
        operation_id="share_run",
        tags=TAGS,
        summary="Let the tenant's members open an answer of yours, who see the same data",
        request=None,
        responses={200: ReplySerializer, **problems(400, 401, 403, 404, 413, 415)},
    )
    def put(self, request: Request, run_id: UUID) -> Response:
        principal = principal_of(request, needs=Permission.ASK)
        read_body(request)
        return Response(runs.reply_of(share(principal, run_id)))

    @extend_schema(
        operation_id="unshare_run",
        tags=TAGS,
        summary="From now on you alone open it",
        responses={204: None, **problems(400, 401, 403, 404)},
    )
    def delete(self, request: Request, run_id: UUID) -> Response:
        principal = principal_of(request, needs=Permission.ASK)
        refuse_parameters(request)
        unshare(principal, run_id)
        return Response(status=204)


class RunCancelView(APIView):
    @extend_schema(
        operation_id="cancel_run",
        tags=TAGS,
        summary="Stop one of your own runs",
        request=None,
        responses={
            200: OpenApiResponse(ReplySerializer, description="It is over, by this or by itself."),
            202: OpenApiResponse(ReplySerializer, description="It is being stopped: its model call and its query too."),
            **problems(400, 401, 403, 404, 413, 415),
        },
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        principal = principal_of(request, needs=Permission.ASK)
        read_body(request)
        run = cancel(principal, run_id)
        return Response(runs.reply_of(run), status=202 if run.is_at_work else 200)


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
        principal = principal_of(request, needs=Permission.ASK)
        if wants_stream(request):
            refuse_parameters(request)
            return event_stream(principal, runs.find(principal, run_id), after=last_event_id(request))
        query = read_query(request, PageSerializer)
        after = place_of(query["cursor"], length=1)[0] - 1 if "cursor" in query else last_event_id(request)
        now = story(principal, run_id, after=after)
        page = now.events[: query["limit"]]
        is_last = now.is_over and len(page) == len(now.events)
        seen = page[-1].id if page else after
        return Response({"items": [asdict(one) for one in page], "next": None if is_last else cursor_of([seen + 1])})
