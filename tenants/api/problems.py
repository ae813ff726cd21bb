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


CODES: dict[int, tuple[str, ...]] = {
    400: ("invalid_request", "unknown_field"),
    401: ("unauthenticated", "key_expired"),
    403: ("insufficient_scope", "tenant_suspended"),
    404: ("not_found",),
    406: ("not_acceptable",),
    409: (
        *("data_source_not_synced", "already_exists", "in_progress", "last_owner", "limit_reached"),
        "idempotency_in_progress",
    ),
    410: ("result_expired",),
    413: ("payload_too_large",),
    415: ("unsupported_media_type",),
    422: (
        *("sql_blocked", "query_too_expensive", "data_source_forbidden", "llm_forbidden", "document_unreadable"),
        "idempotency_mismatch",
    ),
    429: ("rate_limited", "quota_exceeded"),
    500: ("internal_error",),
    502: ("llm_bad_response", "data_source_error", "embedding_rejected"),
    503: (
        *("database_unavailable", "interrupted", "llm_unavailable", "data_source_unavailable"),
        "embedding_unavailable",
    ),
    504: ("llm_timeout", "query_timeout", "deadline_exceeded"),
}
"""The codes of each status that the API's operations answer with."""

ANYWHERE = frozenset(
    {
        *("invalid_request", "unknown_field", "unauthenticated", "key_expired", "insufficient_scope"),
        *("tenant_suspended", "not_acceptable", "rate_limited", "internal_error", "database_unavailable"),
    }
)
"""What every operation can answer with."""


def problems(*told: int | str) -> dict[int, OpenApiResponse]:
    """The errors of one operation beside those that all of its kind have: all codes of a status, or single codes beside
    ANYWHERE's."""
    found: dict[int, OpenApiResponse] = {}
    for status, codes in CODES.items():
        own = {code for code in codes if status in told or code in told}
        if own:
            text = ", ".join(code for code in codes if code in own or code in ANYWHERE)
            found[status] = OpenApiResponse(ProblemSerializer, description=text)
    return found


def anywhere(status: int) -> str:
    """What an operation that says nothing of its own answers with under this status."""
    return ", ".join(code for code in CODES[status] if code in ANYWHERE or not ANYWHERE.intersection(CODES[status]))
