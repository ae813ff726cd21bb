"""What would not work any more once a changed schema is in use, as whoever knows of it says. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

OnBreakingChange = Literal["report", "refuse"]

SHOWN = 50
"""Told of one change; all of them are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """`subject` is a verified query's question; `reason` is the guard's or the database's own word."""

    subject: str
    reason: str


def as_stored(found: Sequence[Breakage]) -> list[dict[str, str]]:
    return [{"subject": one.subject, "reason": one.reason} for one in found[:SHOWN]]


def in_words(count: int, *, is_refused: bool) -> str:
    """One sentence on a change that breaks `count` verified queries."""
    what = f"{count} verified {'query' if count == 1 else 'queries'}"
    if is_refused:
        return f"The schema has changed and would break {what}: the version before stays in use until it is accepted."
    return f"The change of schema broke {what}: mend or reject them."
