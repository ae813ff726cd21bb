"""What happens to a question, as values: every door tells the same story from these. Pure."""

from dataclasses import dataclass
from typing import Literal

from nl2sql.generation.base import Clarify, Draft, Refused, Usage
from nl2sql.trust.check import Check
from nl2sql.trust.receipt import Receipt
from nl2sql.validation.verdict import Accepted, Violation
from schema_index.connectors.base import ResultSet
from schema_index.retrieval.types import Retrieved

StepName = Literal["recall", "retrieve", "generate", "validate", "execute", "check", "candidates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step begins, and may take a while; `attempt` counts from 1 and grows with each repair."""

    name: StepName
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """A step ended after `ms`."""

    name: StepName
    ms: int
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    retrieved: Retrieved


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """The guard refused a draft; a repair may follow."""

    sql: str
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """The guard accepted the statement that will run."""

    accepted: Accepted
    repaired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryFailed:
    """The target database refused the statement; a repair may follow."""

    sql: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """A check found the statement certainly wrong; a repair follows. `answer` stands if that leads nowhere."""

    sql: str
    check: Check
    answer: "Answered | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """What can be asked next, and answered; comes just before the end."""

    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The end of a good run. `result` is None where the caller asked for the statement alone."""

    draft: Draft
    accepted: Accepted
    result: ResultSet | None
    checks: tuple[Check, ...]
    repaired: bool
    usage: Usage
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBack:
    clarify: Clarify
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotAnswer:
    refused: Refused
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A component is broken, or no allowed statement was found: `code` as in the API's error table."""

    code: str
    message: str
    details: dict[str, object]
    usage: Usage


Ending = Answered | AskedBack | CannotAnswer | Failed
Event = StepStarted | StepDone | Found | Drafted | Blocked | Passed | QueryFailed | Doubted | Suggested | Ending
