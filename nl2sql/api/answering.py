"""Renders a question as its caller wants it: answered, as a stream, or with an address to come back to."""

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.response import Response

from nl2sql import runs
from nl2sql.api.ask_headers import idempotency_key, last_event_id, way_of
from nl2sql.api.event_stream import event_stream
from nl2sql.api.run_failed import raise_if_failed
from nl2sql.asking import ask_and_leave, ask_and_wait
from nl2sql.runs import AskRequest
from tenants.api.operation import Call


def answered(call: Call, question: AskRequest) -> HttpResponseBase:
    """Raises RunFailed, or what keeps the question from being asked."""
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
