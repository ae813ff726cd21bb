"""The statement to be written, as values: tables, joins, filters, groups, order. Nothing here is text of SQL yet."""

from dataclasses import dataclass
from typing import Literal

from nl2sql.calendar_spans import Unit
from nl2sql.generation.composer.joins import Key, Step
from schema_index.schema import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRef:
    table: Key
    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A column, its aggregate, a count of rows (no column), all columns of `table`, or the `unit` that a date is in."""

    kind: Literal["column", "aggregate", "count", "everything", "period"]
    column: ColumnRef | None = None
    unit: Unit = "day"
    function: str = ""
    distinct: bool = False
    table: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`column operator operand`; `operand` is a number when `numeric`, else text."""

    column: ColumnRef
    operator: str
    operand: str
    numeric: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Like `pattern`, whatever the case; the asker's own words in it hold no pattern character."""

    column: ColumnRef
    pattern: str
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstAverage:
    column: ColumnRef
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    filters: tuple["Filter", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    filters: tuple["Filter", ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exists:
    """A related row exists (or not): `first` leads from the outer statement, `joins` go on inside."""

    first: Step
    joins: tuple[Step, ...]
    filters: tuple["Filter", ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Another row of the same table, of which `filters` hold, has the same value in the column."""

    column: ColumnRef
    filters: tuple["Filter", ...]


Filter = Comparison | Pattern | AgainstAverage | AnyOf | AllOf | Exists | Shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    output: Output
    descending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`counted`: how many rows the rest would list."""

    source: Key
    joins: tuple[Step, ...] = ()
    outputs: tuple[Output, ...] = ()
    filters: tuple[Filter, ...] = ()
    groups: tuple[ColumnRef, ...] = ()
    periods: tuple[Output, ...] = ()
    having: tuple[str, str] | None = None
    sorts: tuple[Sort, ...] = ()
    limit: int | None = None
    distinct: bool = False
    counted: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`words` are the words of the question at fault."""

    kind: Literal["unplaced", "ambiguous", "unjoined", "unsure"]
    words: tuple[str, ...]
    reason: str


class CannotPlan(Exception):
    """Leaves the half-built plan; caught where the readings of a question are tried."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


def fail(kind: Literal["unplaced", "ambiguous", "unjoined", "unsure"], reason: str, *words: str) -> CannotPlan:
    return CannotPlan(Problem(kind=kind, words=words, reason=reason))
