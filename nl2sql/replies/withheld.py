"""A stored reply of which nothing is shown any more: neither rows, nor names that may be hidden by now. Pure."""

from collections.abc import Mapping
from typing import Any

from nl2sql.replies.reply import unanswered_body

CHANGED = "The policy of this source has changed since: ask again."
YOU_SEE_OTHER_DATA = "Your role does not see the same data as whoever asked this: ask it again as yourself."
SOURCE_GONE = "The data source is gone, and with it who may see this."


def withheld(reply: Mapping[str, Any], *, reason: str) -> dict[str, Any]:
    """How the run ended, how long it took and what it cost stay."""
    kept = {name: reply[name] for name in ("status", "steps", "usage") if name in reply}
    error = {"error": {"code": reply["error"]["code"], "detail": reason}} if "error" in reply else {}
    return {**unanswered_body(), **kept, **error, "answer": reason}
