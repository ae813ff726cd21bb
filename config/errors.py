"""Domain errors as RFC 9457 problem details: one table from code to status, one shape for every error."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from drf_standardized_errors.formatter import flatten_errors
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api.authentication import CHALLENGE
from tenants.api.parser import PayloadTooLarge
from tenants.domain_error import DomainError
from tenants.middleware import HEADER
from tenants.outage import is_outage

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "urn:querent:error:"

STATUS: dict[str, tuple[int, str]] = {
    "invalid_request": (400, "The request is not valid"),
    "unknown_field": (400, "The request has a field that does not exist"),
    "unauthenticated": (401, "Not signed in"),
    "key_expired": (401, "The API key has expired"),
    "insufficient_scope": (403, "Not permitted"),
    "tenant_suspended": (403, "The tenant is suspended"),
    "origin_refused": (403, "Pages of that origin may not call"),
    "not_found": (404, "Not found"),
    "result_expired": (410, "The result has expired"),
    "method_not_allowed": (405, "Method not allowed"),
    "not_acceptable": (406, "Not acceptable"),
    "data_source_not_synced": (409, "The data source was never synced"),
    "already_exists": (409, "It exists already"),
    "cancelled": (409, "The question was stopped"),
    "in_progress": (409, "Something is still at work"),
    "last_owner": (409, "A tenant keeps an owner"),
    "limit_reached": (409, "There are too many already"),
    "idempotency_in_progress": (409, "The same request is still at work"),
    "payload_too_large": (413, "The request is too large"),
    "unsupported_media_type": (415, "Send application/json"),
    "sql_blocked": (422, "The statement was blocked"),
    "query_too_expensive": (422, "The query would cost too much"),
    "data_source_forbidden": (422, "The data source may not point there"),
    "llm_forbidden": (422, "The language model may not be there"),
    "document_unreadable": (422, "The document cannot be read"),
    "idempotency_mismatch": (422, "The key stands for another request"),
    "rate_limited": (429, "Too many requests"),
    "quota_exceeded": (429, "The quota is used up"),
    "internal_error": (500, "Something went wrong"),
    "llm_bad_response": (502, "The language model's answer could not be used"),
    "data_source_error": (502, "The data source refused the statement"),
    "embedding_rejected": (502, "The embedding endpoint's answer could not be used"),
    "database_unavailable": (503, "Querent's own database cannot be reached"),
    "interrupted": (503, "The run was interrupted"),
    "llm_unavailable": (503, "The language model cannot be reached"),
    "data_source_unavailable": (503, "The data source cannot be reached"),
    "embedding_unavailable": (503, "The embedding endpoint cannot be reached"),
    "llm_timeout": (504, "The language model took too long"),
    "query_timeout": (504, "The query took too long"),
    "deadline_exceeded": (504, "The question took too long"),
}

INTERNAL = "Something went wrong on our side. Give the request id to whoever runs this installation."


DATABASE_AWAY = (
    "Querent's own database cannot be reached now: send the request again, a question with its Idempotency-Key."
)

RETRY_AFTER_S = 2
"""A crashed server is back after a few seconds."""


class DatabaseUnavailable(DomainError):
    """Only of requests that met it: a question at work outlasts a short outage."""

    code = "database_unavailable"
    retryable = True


class ProblemHandler(ExceptionHandler):
    """Lets the package convert, report and log; only the shape is ours."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, DomainError):
            return _ApiDomainError(exc)
        if isinstance(exc, RequestDataTooBig):
            return PayloadTooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        if is_outage(exc):
            return _ApiDomainError(DatabaseUnavailable(DATABASE_AWAY, retry_after=RETRY_AFTER_S))
        converted: Exception = super().convert_known_exceptions(exc)
        return converted

    def should_not_handle(self, exc: Exception) -> bool:
        return False

    def format_exception(self, exc: exceptions.APIException) -> dict[str, Any]:
        request = self.context["request"]
        assert isinstance(request, Request)
        if isinstance(exc, _ApiDomainError):
            error = exc.domain_error
            return problem(request._request, code=error.code, detail=error.message, details=dict(error.details))
        # The first of its status is the one that the framework's own errors mean.
        code = next((code for code, (status, _) in STATUS.items() if status == exc.status_code), "internal_error")
        if code == "internal_error":
            return problem(request._request, code=code, detail=INTERNAL)
        found = flatten_errors(exc.detail)
        details: dict[str, Any] = {}
        if isinstance(exc, exceptions.ValidationError):
            details["errors"] = [{"field": one.attr, "code": one.code, "detail": one.detail} for one in found]
            if any(one.code == "unknown_field" for one in found):
                code = "unknown_field"
        text = "; ".join(f"{one.attr}: {one.detail}" if one.attr else str(one.detail) for one in found)
        return problem(request._request, code=code, detail=text, details=details)

    def report_exception(self, exc: exceptions.APIException, response: Response) -> None:
        """Only bugs: a model or database that is down is told to its tenant and kept in the run, without a stack."""
        if response.data["code"] == "internal_error":
            super().report_exception(exc, response)

    def get_response(self, exc: exceptions.APIException, data: dict[str, Any]) -> Response:
        headers = self.get_headers(exc)
        if "retry_after" in data:
            headers["Retry-After"] = str(data["retry_after"])
        return Response(data, status=data["status"], headers=headers, content_type=MEDIA_TYPE)


class _ApiDomainError(exceptions.APIException):
    def __init__(self, error: DomainError) -> None:
        super().__init__(detail=error.message)
        self.domain_error = error
        self.status_code = STATUS.get(error.code, STATUS["internal_error"])[0]
        if self.status_code == 401:
            self.auth_header = CHALLENGE


def problem_response(exc: Exception, context: Any) -> Response | None:
    response: Response | None = ProblemHandler(exc, context).run()
    return response


def problem(request: HttpRequest, *, code: str, detail: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
    """The RFC 9457 object. A code missing from STATUS is an internal error, and its detail stays inside."""
    if code not in STATUS or code == "internal_error":
        code, detail, details = "internal_error", INTERNAL, None
    status, title = STATUS[code]
    return {
        "type": TYPE_BASE + code,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        "request_id": request.META.get("HTTP_X_REQUEST_ID", ""),
        **(details or {}),
    }


def refused(request: HttpRequest, error: DomainError) -> JsonResponse:
    """An error outside of the API's views."""
    return _told(request, code=error.code, detail=error.message, details=dict(error.details))


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """For addresses that no view answers."""
    return _told(request, code="not_found", detail="There is nothing at this address.")


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """For what Django itself refuses before a view sees it, such as a host that is not ours."""
    return _told(request, code="invalid_request", detail="The request cannot be read, or names another host.")


def server_error(request: HttpRequest) -> JsonResponse:
    return _told(request, code="internal_error", detail=INTERNAL)


def _told(request: HttpRequest, **told: Any) -> JsonResponse:
    body = problem(request, **told)
    response = JsonResponse(body, status=body["status"], content_type=MEDIA_TYPE)
    if "retry_after" in body:
        response["Retry-After"] = str(body["retry_after"])
    if body["status"] == 401:
        response["WWW-Authenticate"] = CHALLENGE
    response[HEADER] = body["request_id"]
    return response
