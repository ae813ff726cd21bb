"""Commands as a shell sees them: by what they print."""

from io import StringIO
from typing import Any

from django.core.management import call_command


def said(*arguments: str, **options: Any) -> str:
    """On standard output."""
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()
