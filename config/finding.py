"""One thing that `manage.py doctor` found. Pure."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`detail` says what was found and, unless it is ok, what to do about it. It holds no address, key or row."""

    part: str
    state: State
    detail: str


def ok(part: str, *, detail: str) -> Finding:
    return Finding(part=part, state="ok", detail=detail)


def warning(part: str, *, detail: str) -> Finding:
    return Finding(part=part, state="warning", detail=detail)


def failed(part: str, *, detail: str) -> Finding:
    return Finding(part=part, state="failed", detail=detail)
