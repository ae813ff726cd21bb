"""The ask box inside a tenant's own product: a page for its iframes, and what that page fetches by its token.

No cookie is read or set: browsers withhold them from a frame of another site. What is fetched needs the token in a
header, which no other page can send; it is HTML, and errors are problem details as at the API.
"""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from nl2sql import runs
from nl2sql.api.serializers import AskSerializer
from nl2sql.asking import ask_and_leave
from nl2sql.clarification.choose import ask_request
from nl2sql.models import Run
from nl2sql.running.cancel import cancel
from nl2sql.suggestions.suggest import suggest
from nl2sql.web.answer import answer_of
from schema_index.sources import source_choices
from tenants import embed_tokens
from tenants.api.authentication import EmbedTokenAuthentication
from tenants.api.permissions import principal_of
from tenants.api.strict import refuse_parameters
from tenants.context import tenant_transaction
from tenants.principal import Principal

SUGGESTED = 4
SCRIPT = "embed/querent-ask.js"
SCRIPT_AGE_S = 3600


@require_GET
@xframe_options_exempt
def frame(request: HttpRequest, frame: str) -> HttpResponse:
    """Only pages of the origin that was signed may show it. Says nothing of any tenant: the token follows by script."""
    origin = embed_tokens.origin_of(frame)
    if origin is None:
        raise Http404("There is no such frame.")
    response = render(request, "embed/frame.html", {"origin": origin})
    response._csp_replace = {"frame-ancestors": [origin]}  # type: ignore[attr-defined]  # as django-csp's decorator
    # A page that isolates itself (COEP) shows only frames that allow it and isolate themselves.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cross-Origin-Embedder-Policy"] = "require-corp"
    response["Referrer-Policy"] = "no-referrer"
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_GET
def script(request: HttpRequest) -> HttpResponse:
    """The web component, for pages of other origins; it holds nothing of anybody."""
    path = finders.find(SCRIPT)
    if not isinstance(path, str):
        raise Http404("The script is not installed.")
    response = HttpResponse(Path(path).read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=SCRIPT_AGE_S)
    return response


class _ByToken(APIView):
    authentication_classes = [EmbedTokenAuthentication]


@extend_schema(exclude=True)
class EmbedStartView(_ByToken):
    def get(self, request: Request) -> HttpResponseBase:
        principal = principal_of(request)
        refuse_parameters(request)
        with tenant_transaction(principal.tenant_id):
            sources = source_choices()
        suggestions = suggest(principal, limit=SUGGESTED) if sources else ()
        return _html("embed/start.html", {"sources": sources, "suggestions": suggestions})


@extend_schema(exclude=True)
class EmbedAskView(_ByToken):
    takes_questions = True

    def post(self, request: Request) -> HttpResponseBase:
        """The run at work; its address is fetched until it is over."""
        principal = principal_of(request)
        refuse_parameters(request)
        sent = AskSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        question = ask_request(principal, sent.validated_data)
        run = ask_and_leave(principal, question, request_id=request.META.get("HTTP_X_REQUEST_ID", ""))
        return _card(principal, run.id)


@extend_schema(exclude=True)
class EmbedRunView(_ByToken):
    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        principal = principal_of(request)
        refuse_parameters(request)
        return _card(principal, run_id)

    def delete(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """Stops it; what is stored of it stays."""
        principal = principal_of(request)
        refuse_parameters(request)
        cancel(principal, run_id)
        return _card(principal, run_id)


def _card(principal: Principal, run_id: UUID) -> HttpResponse:
    run: Run = runs.find(principal, run_id)
    if run.is_at_work:
        return _html("embed/working.html", {"run": run})
    return _html("embed/answer.html", answer_of(run, asked=QueryDict()))


def _html(template: str, context: dict[str, Any]) -> HttpResponse:
    """Without a request, so that no part of the template can ask who is signed in."""
    response = HttpResponse(render_to_string(template, context))
    patch_cache_control(response, private=True, no_store=True)
    return response
