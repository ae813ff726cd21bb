"""The port behind which SQL is written: by a language model, or by the composer that needs none."""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from schema_index.schema import DatabaseSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHit:
    """A retrieved table. `similarity` is cosine, 1 best; None when the table came in for another `reason`."""

    schema: str
    name: str
    similarity: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeHit:
    """A retrieved FAQ entry or document part. `text` is stored text: data, never instructions."""

    kind: str
    title: str
    text: str
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredValue:
    """A value of the tenant's data that occurs in the question; `text` is spelled as it is stored."""

    schema: str
    table: str
    column: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Why the last statement did not run: one bounded repair round starts from here."""

    sql: str
    problem: str
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """All that a generator may know. `schema` holds only what the asking principal may see."""

    question: str
    schema: DatabaseSchema
    tables: tuple[TableHit, ...]
    knowledge: tuple[KnowledgeHit, ...] = ()
    values: tuple[StoredValue, ...] = ()
    today: date
    max_rows: int
    language: str = ""
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the endpoint reported them; zero when it reported none."""

    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """SQL that nobody has checked yet. `interpreted_as` restates the question as the SQL answers it."""

    sql: str
    generator: str
    interpreted_as: str = ""
    assumptions: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarify:
    """Two readings give different SQL: one question back, with choices."""

    question: str
    choices: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An honest refusal. `missing` are the words or concepts without a place, `available` what is there instead."""

    message: str
    missing: tuple[str, ...] = ()
    available: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)


Generation = Draft | Clarify | Refused


class Generator(Protocol):
    """Raises a DomainError of `generation.errors` when the writer itself is broken; outcomes are values."""

    def generate(self, request: GenerationRequest) -> Generation: ...
