"""One finding about an answer, in words for the person who asked. Pure."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["passed", "failed", "undetermined"]

MAX_NAMES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`repair` tells a model how to mend a statement that is certainly wrong; empty where it may be right."""

    name: str
    outcome: Outcome
    detail: str
    repair: str = ""


def passed(name: str, detail: str) -> Check:
    return Check(name=name, outcome="passed", detail=detail)


def failed(name: str, detail: str, *, repair: str = "") -> Check:
    return Check(name=name, outcome="failed", detail=detail, repair=repair)


def undetermined(name: str, detail: str) -> Check:
    return Check(name=name, outcome="undetermined", detail=detail)


def listed(names: tuple[str, ...]) -> str:
    """The first names; what is left out shows as an ellipsis."""
    shown = ", ".join(names[:MAX_NAMES])
    return f"{shown}, …" if len(names) > MAX_NAMES else shown
