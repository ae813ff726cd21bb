"""What stays of a reply when its rows have been kept long enough. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

GONE = "The result has expired: ask again."

LEFT: Mapping[str, Any] = {"result": None, "chart": None, "answer": GONE, "result_expired": True}
"""Put over a reply that had rows. The sentence goes too: it tells what was in them."""


def expires_at(completed_at: datetime | None, *, kept: timedelta | None) -> datetime | None:
    """None where it is kept as long as the question."""
    return None if completed_at is None or kept is None else completed_at + kept


def expired(reply: Mapping[str, Any]) -> dict[str, Any]:
    """How the question was read, its statement, its checks and its cost stay."""
    return {**reply, **LEFT}
