"""JSON bodies of a bounded size and depth."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Protocol

from django.utils.http import parse_header_parameters
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

MAX_BODY_BYTES = 256 * 1024
"""The largest valid request is under 60 kB: a question of 2,000 characters and 16 entries of metadata, escaped."""


class PayloadTooLarge(exceptions.APIException):
    status_code = 413
    default_code = "payload_too_large"

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"A request may have {max_bytes:,} bytes at most.")


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class BoundedJsonParser(JSONParser):
    max_bytes = MAX_BODY_BYTES

    def parse(
        self, stream: _Stream, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Raises PayloadTooLarge, UnsupportedMediaType for another charset, or ParseError for what is no JSON."""
        _, parameters = parse_header_parameters(media_type or "")
        if parameters.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            # RFC 8259: JSON between systems is UTF-8.
            raise exceptions.UnsupportedMediaType(media_type or "")
        body = stream.read(self.max_bytes + 1)
        if len(body) > self.max_bytes:
            raise PayloadTooLarge(self.max_bytes)
        try:
            document = super().parse(BytesIO(body), media_type, {**(parser_context or {}), "encoding": "utf-8"})
            if b"\\ud" in body.lower():
                _refuse_half_pairs(document)
        except RecursionError:
            raise exceptions.ParseError("The JSON is nested too deeply.") from None
        return document


def _refuse_half_pairs(document: Any) -> None:
    """JSON's escapes can write what no encoding can: it can neither be stored nor be named by an error that is sent.
    Names the field where there is one with a name that can be sent."""
    fields = document.items() if isinstance(document, Mapping) else [("", document)]
    for name, value in fields:
        if _is_unicode(value) and _is_unicode(name):
            continue
        told = "Half of a surrogate pair stands alone: it is no Unicode."
        if name and _is_unicode(name):
            raise exceptions.ValidationError({name: [told]}, code="surrogate_characters_not_allowed")
        raise exceptions.ParseError(told)


def _is_unicode(document: Any) -> bool:
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
