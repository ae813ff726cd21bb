"""Everything that could alter what is written for a question, in one digest: equal keys, equal answers. Pure."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

FORMAT = 1
"""Raised when what is kept under a key changes its shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerKey:
    """`access` is the digest of policy, hidden names and attributes; `knowledge` and `verified` those of what is found
    beside the schema; `generator` tells the model, its settings and the prompt's version."""

    tenant_id: UUID
    source_id: UUID
    role: str
    access: str
    revision: int | None
    knowledge: str
    verified: str
    top_k: int
    generator: str
    candidates: int
    question: str
    mode: str
    max_rows: int
    language: str
    today: date
    time_zone: str
    fiscal_month: int

    @property
    def digest(self) -> str:
        """64 hexadecimal digits. Blanks around and between the words of a question mean nothing; all else does."""
        parts = {**asdict(self), "question": plain(self.question), "format": FORMAT}
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def plain(question: str) -> str:
    return " ".join(question.split())
