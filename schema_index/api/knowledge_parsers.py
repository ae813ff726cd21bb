"""Bodies of documents: larger than those of questions, and files."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import SuspiciousOperation
from rest_framework import exceptions
from rest_framework.parsers import MultiPartParser

from schema_index.documents.read import MAX_BYTES
from tenants.api.parser import BoundedJsonParser, PayloadTooLarge

MAX_UPLOAD = MAX_BYTES + 1_000_000
"""A file and what surrounds it in a form."""


class DocumentJsonParser(BoundedJsonParser):
    max_bytes = 8_000_000
    """A million characters, where most are written as themselves."""


class DocumentUploadParser(MultiPartParser):
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """Raises PayloadTooLarge, or ParseError for what is no form."""
        request = (parser_context or {})["request"]
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > MAX_UPLOAD:
            raise PayloadTooLarge(MAX_UPLOAD)
        try:
            return super().parse(stream, media_type, parser_context)
        except SuspiciousOperation:
            # Too many fields or files, or a field out of proportion.
            raise exceptions.ParseError("The form has too many or too large fields.") from None
