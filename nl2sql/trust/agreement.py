"""What it says of an answer that statements written independently find the same rows. Pure."""

from dataclasses import dataclass
from typing import Literal

from nl2sql.trust.check import Check, passed, undetermined

NAME = "agreement"

Fate = Literal["same_rows", "other_rows", "blocked", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherStatement:
    """Written for the same question, and not the answer: it found the answer's rows, others, or none at all."""

    sql: str
    fate: Fate


def agreement(agreed: int, *, of: int) -> Check:
    """`agreed` of `of` statements found the answer's rows; `of` counts those too that were blocked or failed."""
    if agreed * 2 > of:
        return passed(
            NAME, f"{agreed} of {of} statements agreed: each was written by itself, and they find the same rows."
        )
    return undetermined(
        NAME, f"The candidates disagreed: of {of} statements, each written by itself, {agreed} found these rows."
    )
