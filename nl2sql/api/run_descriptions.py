"""What the OpenAPI document says of runs: headers, streams and their events."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from nl2sql.api.event_stream import MEDIA_TYPE
from nl2sql.api.serializers import ReplySerializer


def _header(name: str, text: str, *, pattern: str = "") -> OpenApiParameter:
    kind: Any = {"type": "string", "pattern": pattern} if pattern else str
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, description=text)


_LAST_SEEN = _header("Last-Event-ID", "Goes on after the event with this id.", pattern="^[0-9]{1,10}$")

ASK_HEADERS = [
    _header(
        "Idempotency-Key",
        "1 to 255 visible characters: the same request sent again is the same run.",
        pattern="^[!-~]{1,255}$",
    ),
    _header("Prefer", "`respond-async` answers 202 at once; the run's address is in `Location`."),
    _LAST_SEEN,
]
EVENT_HEADERS = [_LAST_SEEN]

STREAM = """id: 0
event: run.created
data: {"id":"cd4a4c49-dcd0-4e59-b528-6f07f827700c","question":"How many customers are there?"}

id: 10
event: step
data: {"name":"retrieve","status":"running","attempt":1}

"""

_STREAM_RESPONSE = OpenApiResponse(
    OpenApiTypes.STR,
    description="Server-sent events `run.created`, `step`, `sql`, `result`, `chart`, `answer.delta`, `suggestions`, "
    "`usage`, then one `done` with the whole reply, or one `error`.",
    examples=[OpenApiExample("The beginning", value=STREAM, media_type=MEDIA_TYPE, response_only=True)],
)


class RunEventSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="Grows within a run.")
    event = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]  # a field of ours that DRF uses otherwise


class RunEventPageSerializer(serializers.Serializer[Any]):
    items = RunEventSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="Null once the run is over and all is listed.")


OF_A_STATEMENT = (
    *("data_source_not_synced", "idempotency_in_progress", "idempotency_mismatch"),
    *("sql_blocked", "query_too_expensive", "data_source_forbidden", "data_source_error", "data_source_unavailable"),
    *("query_timeout", "deadline_exceeded", "interrupted", "quota_exceeded"),
)
OF_WRITING_IT = (
    *OF_A_STATEMENT,
    *("llm_forbidden", "llm_bad_response", "llm_unavailable", "llm_timeout"),
    *("embedding_rejected", "embedding_unavailable"),
)
ASK_RESPONSES: dict[Any, Any] = {
    (200, "application/json"): ReplySerializer,
    (200, MEDIA_TYPE): _STREAM_RESPONSE,
    (202, "application/json"): OpenApiResponse(
        ReplySerializer, description="Worked on; come back to the address in `Location`."
    ),
}
EVENT_RESPONSES: dict[Any, Any] = {
    (200, "application/json"): RunEventPageSerializer,
    (200, MEDIA_TYPE): _STREAM_RESPONSE,
}
