"""The port behind which SQL is written: by a language model, or by the composer that needs none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from schema_index.access.column_access import ColumnAccess
from schema_index.retrieval.types import KnowledgeHit, StoredValue, TableHit
from schema_index.schema import DatabaseSchema
from tenants.cancellation import NEVER, Cancellation


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Why the last statement did not run, or was no answer: a repair round starts from here. `earlier` are the drafts
    before it, which failed as well."""

    sql: str
    problem: str
    hints: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question of this source with its statement, over what the asking principal may see whole; `heading` says what
    it is an example of, for whoever reads all of that heading."""

    heading: str
    question: str
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """An earlier question of this conversation, whose answer its asker may still see: the statement as it was shown,
    the tables that it reads (`schema.table`) and the names of its columns. Never rows."""

    run_id: str
    question: str
    interpreted_as: str
    sql: str
    tables: tuple[str, ...]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarified:
    """What was asked back about this question, and what its asker answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """All that a generator may know. `schema` holds only what the asking principal may see.

    `limited` says of columns of it (`schema.table.column`) in which form alone their values leave. `history` is oldest
    first. `today` is a day of `time_zone` (IANA); the fiscal year begins with the first of `fiscal_month`, 1 to 12.
    """

    question: str
    schema: DatabaseSchema
    tables: tuple[TableHit, ...]
    limited: Mapping[str, ColumnAccess] = field(default_factory=dict)
    knowledge: tuple[KnowledgeHit, ...] = ()
    values: tuple[StoredValue, ...] = ()
    examples: tuple[Example, ...] = ()
    history: tuple[Exchange, ...] = ()
    clarified: tuple[Clarified, ...] = ()
    today: date
    time_zone: str = "UTC"
    fiscal_month: int = 1
    max_rows: int
    language: str = ""
    feedback: Feedback | None = None
    approach: str = ""
    """How to go about it, where several statements are written for one question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the endpoint reported them; zero when it reported none. `model` is empty where none was asked; `cost`
    is None where that is so, where the model's price is not known, or a reply did not say what it took."""

    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None

    def plus(self, other: "Usage") -> "Usage":
        """Both together; their cost is known where that of each asked model is."""
        costs = [one.cost for one in (self, other) if one.model]
        known = [cost for cost in costs if cost is not None]
        return Usage(
            model=other.model or self.model,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost=sum(known, Decimal(0)) if known and len(known) == len(costs) else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """Who verified the statement for this question, and on which day (ISO)."""

    query_id: str
    by: str
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """SQL that the guard has not seen yet. `interpreted_as` restates the question as the SQL answers it. `vouched` is
    set where a person verified the statement for this very question. `definitions` are those of the texts shown that
    its writer names as used, and `follows` is the earlier exchange that it says to continue."""

    sql: str
    generator: str
    interpreted_as: str = ""
    assumptions: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)
    vouched: Vouched | None = None
    definitions: tuple[KnowledgeHit, ...] = ()
    follows: Exchange | None = None
    agreed: tuple[int, int] | None = None
    """Of how many statements that were written for the question, how many found its rows; (2, 3) is two of three."""
    is_given: bool = False
    """The asker wrote or changed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to read a question: in a few words, in a sentence, and as the statement that it would give, which nobody
    has checked. The last two may be empty."""

    text: str
    reading: str = ""
    sql: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarify:
    """Two readings give different SQL: one question back, with two to five choices."""

    question: str
    choices: tuple[Choice, ...]
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
    """Raises Cancelled, and a DomainError of `generation.errors` when the writer is broken; outcomes are values."""

    @property
    def name(self) -> str:
        """`composer`, or the model's name; shown with the answer."""
        ...

    @property
    def can_repair(self) -> bool:
        """Whether another call with `feedback` may give another draft."""
        ...

    @property
    def places_every_word(self) -> bool:
        """Whether a draft proves that each content word of the question has its place in the statement."""
        ...

    @property
    def fingerprint(self) -> str:
        """A digest of all that could alter its drafts, beside the request; empty where drafts are not kept."""
        ...

    def generate(self, request: GenerationRequest, *, cancellation: Cancellation = NEVER) -> Generation: ...
