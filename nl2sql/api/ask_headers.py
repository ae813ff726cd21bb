"""What a caller's headers say of how to answer: at once, as a stream, or later; and whether it was asked before."""

import re
from typing import Literal

from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from nl2sql.api.event_stream import MEDIA_TYPE

Way = Literal["answer", "stream", "later"]

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_EVENT_ID = re.compile(r"[0-9]{1,10}")


class EventStreamRenderer(JSONRenderer):
    """Lets a caller accept event streams. What is no stream, such as an error, is JSON all the same."""

    media_type = MEDIA_TYPE
    format = "events"


def way_of(request: Request) -> Way:
    """A stream where it is accepted first of what we give; later where that is preferred (RFC 7240)."""
    if wants_stream(request):
        return "stream"
    preferred = request.headers.get("Prefer", "").lower().replace(";", ",").split(",")
    return "later" if "respond-async" in (one.strip() for one in preferred) else "answer"


def wants_stream(request: Request) -> bool:
    return isinstance(request.accepted_renderer, EventStreamRenderer)


def idempotency_key(request: Request) -> str:
    """Empty where there is none. Raises ValidationError for what is no key."""
    key = request.headers.get("Idempotency-Key", "")
    if "Idempotency-Key" in request.headers and not _KEY.fullmatch(key):
        raise serializers.ValidationError({"Idempotency-Key": ["A key has 1 to 255 visible ASCII characters."]})
    return key


def last_event_id(request: Request) -> int:
    """-1 where the caller has seen nothing. Raises ValidationError for what is no id of ours."""
    text = request.headers.get("Last-Event-ID", "")
    if not text:
        return -1
    if not _EVENT_ID.fullmatch(text):
        raise serializers.ValidationError({"Last-Event-ID": ["This is no id of an event: take the last one's."]})
    return int(text)
