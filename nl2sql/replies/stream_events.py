"""Stored events as clients see them: named, numbered, ending in exactly one `done` or `error`. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CREATED = "run.created"
ENDS = ("done", "error")

PLACES = 10
"""The end of a run is told in up to this many events; each stored one has as many numbers to itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent:
    """`id` grows within a run; a client that saw one goes on after it."""

    id: int
    event: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    sequence: int
    kind: str
    payload: Mapping[str, Any]


def created(reply: Mapping[str, Any]) -> StreamEvent:
    """The first of every run, which needs no row of its own."""
    kept = ("id", "conversation_id", "question", "data_source", "created_at", "links")
    return StreamEvent(id=0, event=CREATED, data={name: reply[name] for name in kept})


def stream_events(stored: Stored, *, reply: Mapping[str, Any]) -> Iterator[StreamEvent]:
    """What one stored event tells; nothing for those that are kept for people who look into a run.

    `reply` is the whole one, as far as it may be shown: at the end, what it holds is told part by part.
    """
    first = stored.sequence * PLACES
    match stored.kind:
        case "step":
            yield StreamEvent(id=first, event="step", data=stored.payload)
        case "sql":
            yield StreamEvent(id=first, event="sql", data=stored.payload)
        case "done":
            for place, (name, data) in enumerate(_told_at_the_end(reply)):
                yield StreamEvent(id=first + place, event=name, data=data)
        case "error":
            yield StreamEvent(id=first, event="error", data=_error(reply))


def last_sequence(event_id: int) -> int:
    """The first stored event that a client which saw `event_id` may not have seen whole."""
    return event_id // PLACES


def _told_at_the_end(reply: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if reply["result"] is not None:
        yield "result", reply["result"]
    if reply["chart"] is not None:
        yield "chart", reply["chart"]
    yield "answer.delta", {"text": reply["answer"]}
    if reply["suggestions"]:
        yield "suggestions", {"suggestions": reply["suggestions"]}
    yield "usage", reply["usage"]
    yield "done", reply


def _error(reply: Mapping[str, Any]) -> dict[str, Any]:
    error = {name: value for name, value in reply["error"].items() if name != "diagnostic"}
    return {**error, "run_id": reply["id"], "steps": reply["steps"], "usage": reply["usage"]}
