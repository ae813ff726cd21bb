"""What the ask box in a tenant's own product fetches by its token, which no other page can send.

Cards and thumbs are HTML of the page's own parts, events and files those of the API; errors are problem details.
"""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from nl2sql import runs
from nl2sql.api.ask_headers import EventStreamRenderer, last_event_id
from nl2sql.api.event_stream import event_stream
from nl2sql.api.result_views import csv_response
from nl2sql.api.serializers import AskSerializer
from nl2sql.api.verified_query_serializers import FeedbackSerializer
from nl2sql.asking import ask_and_leave
from nl2sql.clarification.choose import ask_request
from nl2sql.curation import feedback
from nl2sql.models import Rating, Run
from nl2sql.running.cancel import cancel
from nl2sql.suggestions.suggest import suggest
from nl2sql.web.answer import answer_of
from nl2sql.web.run_page import LIVE_STEPS, thumbs_of
from schema_index.sources import source_choices
from tenants.api.authentication import EmbedTokenAuthentication
from tenants.api.csv_renderer import CsvRenderer
from tenants.api.permissions import principal_of
from tenants.api.strict import NoParameters, read_body, read_query
from tenants.context import tenant_transaction
from tenants.principal import Principal

SUGGESTED = 4


class _ByToken(APIView):
    authentication_classes = [EmbedTokenAuthentication]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        read_query(request, NoParameters)


@extend_schema(exclude=True)
class EmbedStartView(_ByToken):
    def get(self, request: Request) -> HttpResponseBase:
        principal = principal_of(request)
        with tenant_transaction(principal.tenant_id):
            sources = source_choices()
        suggestions = suggest(principal, limit=SUGGESTED) if sources else ()
        return _html("embed/start.html", {"sources": sources, "suggestions": suggestions})


@extend_schema(exclude=True)
class EmbedAskView(_ByToken):
    takes_questions = True

    def post(self, request: Request) -> HttpResponseBase:
        """The run at work; its events tell when its card is to be fetched."""
        principal = principal_of(request)
        question = ask_request(principal, read_body(request, AskSerializer))
        run = ask_and_leave(principal, question, request_id=request.META.get("HTTP_X_REQUEST_ID", ""))
        return _card(principal, run.id)


@extend_schema(exclude=True)
class EmbedRunView(_ByToken):
    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        return _card(principal_of(request), run_id)

    def delete(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """Stops it; what is stored of it stays."""
        principal = principal_of(request)
        cancel(principal, run_id)
        return _card(principal, run_id)


@extend_schema(exclude=True)
class EmbedEventsView(_ByToken):
    renderer_classes = [EventStreamRenderer, JSONRenderer]

    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        principal = principal_of(request)
        return event_stream(principal, runs.find(principal, run_id), after=last_event_id(request))


@extend_schema(exclude=True)
class EmbedCsvView(_ByToken):
    renderer_classes = [CsvRenderer]

    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        return csv_response(principal_of(request), run_id)


@extend_schema(exclude=True)
class EmbedFeedbackView(_ByToken):
    def put(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """The thumbs as they stand then."""
        principal = principal_of(request)
        said = read_body(request, FeedbackSerializer)
        feedback.give(principal, run_id, rating=Rating(said["rating"]), reason=said["reason"])
        run = runs.find(principal, run_id)
        return _html("embed/thumbs.html", {"run": run, **_thumbs(principal, run)})


def _card(principal: Principal, run_id: UUID) -> HttpResponse:
    run: Run = runs.find(principal, run_id)
    if run.is_at_work:
        return _html("embed/working.html", {"run": run, "steps": LIVE_STEPS})
    return _html("embed/answer.html", {**answer_of(run, asked=QueryDict()), **_thumbs(principal, run)})


def _thumbs(principal: Principal, run: Run) -> dict[str, Any]:
    with tenant_transaction(principal.tenant_id):
        return thumbs_of(principal, run)


def _html(template: str, context: dict[str, Any]) -> HttpResponse:
    """Without a request, so that no part of the template can ask who is signed in."""
    response = HttpResponse(render_to_string(template, {**context, "embedded": True}))
    patch_cache_control(response, private=True, no_store=True)
    return response
