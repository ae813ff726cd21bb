"""CSV where a view gives lines of it; its errors stay problem details."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer


class CsvRenderer(BaseRenderer):
    media_type = "text/csv"
    format = "csv"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """`data` is the whole text, or the problem that there is instead."""
        if isinstance(data, str):
            return data.encode()
        return bytes(JSONRenderer().render(data))
