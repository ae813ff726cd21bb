"""What the checks of an answer know, gathered before they run. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from nl2sql.trust.statement import Statement
from nl2sql.validation.verdict import Accepted
from schema_index.connectors.base import ResultSet
from schema_index.retrieval.types import StoredValue


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownValues:
    """Distinct values of a text column as the last sync found them. `is_whole` says that there were no others."""

    texts: frozenset[str]
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """How the composer, which places every word of the question, read it; None stands for its refusal."""

    sql: str
    agreement: Literal["agrees", "disagrees", "not compared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Columns are `schema.table.column`. `spans` hold the first and last day in a column, None where it is not known;
    `result` is None where the statement was not run."""

    question: str
    every_word_placed: bool
    statement: Statement
    accepted: Accepted
    result: ResultSet | None
    today: date
    question_values: tuple[StoredValue, ...] = ()
    values: Mapping[str, KnownValues] = field(default_factory=dict)
    spans: Mapping[str, tuple[date, date] | None] = field(default_factory=dict)
    second: SecondOpinion | None = None
    before: str = ""
    """The words of the question that this one continues: what they ask for stays asked."""
