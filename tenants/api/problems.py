"""Errors as every door describes them in the OpenAPI document: RFC 9457, one shape."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457. Act on `code`; the rest is for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    errors = serializers.ListField(  # type: ignore[assignment]  # RFC 9457 extension, not DRF's property
        child=serializers.DictField(), required=False
    )
    retry_after = serializers.IntegerField(required=False)


TEXTS = {
    400: "invalid_request, unknown_field",
    401: "unauthenticated, key_expired",
    403: "insufficient_scope, tenant_suspended",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "data_source_not_synced, cancelled, idempotency_in_progress",
    410: "result_expired",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "sql_blocked, idempotency_mismatch, query_too_expensive, data_source_forbidden, llm_forbidden",
    429: "rate_limited, quota_exceeded; `Retry-After` says when",
    500: "internal_error",
    502: "llm_bad_response, data_source_error, embedding_rejected",
    503: "interrupted, database_unavailable, llm_unavailable, data_source_unavailable, embedding_unavailable",
    504: "llm_timeout, query_timeout, deadline_exceeded",
}
"""The codes of each status."""

PROBLEMS = {status: OpenApiResponse(ProblemSerializer, description=text) for status, text in TEXTS.items()}


def problems(*statuses: int) -> dict[int, OpenApiResponse]:
    """The part of `PROBLEMS` that one endpoint can answer with."""
    return {status: PROBLEMS[status] for status in statuses}
