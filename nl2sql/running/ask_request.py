"""A validated question from any door, and its digest. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from nl2sql.task import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRequest:
    """A validated question from any door."""

    question: str
    data_source: str | None = None
    conversation_id: UUID | None = None
    mode: Mode = "answer"
    max_rows: int | None = None
    language: str = ""
    new_topic: bool = False
    """The question continues nothing that was asked before in its conversation."""
    clarifies_id: UUID | None = None
    """The run that asked back about this question, and what was chosen; see `clarification.choose`."""
    choice: str = ""
    is_test: bool = False
    """Asked to be judged: verified queries, which may hold its answer, are neither reused nor shown."""
    is_candidate_model: bool = False
    """Asked of the model that waits to be taken into use."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    given_sql: str = ""
    """A statement that the asker wrote or changed: it goes through the guard, and no model is asked."""
    rerun_of: UUID | None = None
    """The run whose statement was changed."""


def request_hash(request: AskRequest) -> str:
    """Equal for equal requests, whatever the order of their fields."""
    content = [
        *(request.question, request.data_source, str(request.conversation_id or "")),
        *(request.given_sql, str(request.rerun_of or "")),
        *(request.mode, request.max_rows, request.language, request.new_topic, dict(request.metadata)),
        *(str(request.clarifies_id or ""), request.choice),
    ]
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
