"""Asking over HTTP: parse, call once, render."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nl2sql import runs
from nl2sql.api.serializers import AskSerializer, ProblemSerializer, ReplySerializer
from nl2sql.models import Run, RunStatus
from nl2sql.runs import AskRequest
from tenants.domain_error import DomainError
from tenants.principal import Principal

PROBLEMS = {
    status: OpenApiResponse(ProblemSerializer, description=text)
    for status, text in {
        400: "invalid_request, unknown_field",
        401: "unauthenticated, key_expired",
        403: "insufficient_scope, tenant_suspended",
        404: "not_found",
        405: "method_not_allowed",
        406: "not_acceptable",
        409: "data_source_not_synced",
        413: "payload_too_large",
        415: "unsupported_media_type",
        422: "sql_blocked, data_source_forbidden",
        429: "rate_limited, quota_exceeded; `Retry-After` says when",
        500: "internal_error",
        502: "llm_bad_response, data_source_error, embedding_rejected",
        503: "llm_unavailable, data_source_unavailable, embedding_unavailable",
        504: "llm_timeout, query_timeout",
    }.items()
}


TAGS = ["Questions"]


class RunFailed(DomainError):
    """A run ended in an error; its own code and message are passed on."""

    def __init__(self, run: Run) -> None:
        details: dict[str, Any] = {
            name: value for name, value in run.reply["error"].items() if name not in ("code", "detail", "diagnostic")
        }
        super().__init__(run.error_detail, **{**details, "run_id": str(run.id)})
        self.code = run.error_code  # type: ignore[misc]  # the one error whose code is known only when it is raised


class AskView(APIView):
    @extend_schema(
        operation_id="ask",
        tags=TAGS,
        summary="Ask a question",
        request=AskSerializer,
        responses={200: ReplySerializer, **PROBLEMS},
        examples=[
            OpenApiExample("A count", value={"question": "How many orders were placed last month?"}, request_only=True)
        ],
    )
    def post(self, request: Request) -> Response:
        serializer = AskSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        run = runs.ask(
            _principal(request),
            AskRequest(**serializer.validated_data),
            request_id=request.META.get("HTTP_X_REQUEST_ID", ""),
        )
        if run.status == RunStatus.FAILED:
            raise RunFailed(run)
        return Response(runs.reply_of(run))


@extend_schema_view(post=extend_schema(operation_id="ask_short", summary="Ask a question, at the short address"))
class ShortAskView(AskView):
    """The same door; a description needs a name for each."""


class RunView(APIView):
    @extend_schema(
        operation_id="get_run",
        tags=TAGS,
        summary="One of your own runs",
        responses={200: ReplySerializer, **{status: PROBLEMS[status] for status in (401, 403, 404)}},
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(runs.reply_of(runs.find(_principal(request), run_id)))


def _principal(request: Request) -> Principal:
    principal = request.user
    assert isinstance(principal, Principal)
    return principal
