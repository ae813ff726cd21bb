"""How long a run may be at work, and how others see that nobody works on it any more. Pure.

All times are the database's, which every process reads alike.
"""

from datetime import datetime, timedelta
from typing import Literal

LEASE = timedelta(seconds=30)
"""A process that has not renewed it for so long is dead, or might as well be."""

GRACE = timedelta(seconds=30)
"""Past its deadline, the process at work ends the run itself within a second; others wait this long for it."""

Left = Literal["never_taken", "process_gone", "overdue"]


def left_behind(
    *, status: str, deadline_at: datetime | None, lease_until: datetime | None, now: datetime
) -> Left | None:
    """Why nobody will end this run; None while somebody may, and of one that is over."""
    if status == "queued":
        return "never_taken" if deadline_at is None or deadline_at < now else None
    if status != "running":
        return None
    if lease_until is None or lease_until < now:
        return "process_gone"
    return "overdue" if deadline_at is not None and deadline_at + GRACE < now else None


def seconds_left(*, deadline_at: datetime | None, lease_until: datetime | None) -> float | None:
    """Of the time of a run that was claimed just now: its lease says when that was. None without a deadline."""
    if deadline_at is None or lease_until is None:
        return None
    return (deadline_at - (lease_until - LEASE)).total_seconds()
