"""Asking over HTTP: parse, call once, render."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nl2sql import runs
from nl2sql.api.serializers import AskSerializer, ReplySerializer
from nl2sql.models import Run, RunStatus
from nl2sql.runs import AskRequest
from tenants.api.permissions import principal_of
from tenants.api.problems import PROBLEMS, problems
from tenants.domain_error import DomainError

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
            principal_of(request),
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
        responses={200: ReplySerializer, **problems(401, 403, 404)},
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(runs.reply_of(runs.find(principal_of(request), run_id)))
