"""The statement to be written, as values: tables, joins, filters, groups, order. Nothing here is text of SQL yet."""

from dataclasses import dataclass
from typing import Literal

from nl2sql.calendar_spans import Unit
from nl2sql.generation.composer.joins import Key, Step
from schema_index.schema import Column, ColumnKind

NUMERIC = ("integer", "number")
TEMPORAL = ("date", "timestamp")
ORDERED = (*NUMERIC, *TEMPORAL, "time")
"""Kinds of columns."""

FUNCTIONS = {"avg": "average", "max": "maximum", "min": "minimum", "sum": "total"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRef:
    table: Key
    column: Column

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def kind(self) -> ColumnKind:
        return self.column.kind


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
    filters: tuple["OfColumn", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Of one column."""

    filters: tuple[Comparison, ...]
    negated: bool = False

    @property
    def column(self) -> ColumnRef:
        return self.filters[0].column


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


OfColumn = Comparison | Pattern | AgainstAverage | AllOf
Filter = OfColumn | AnyOf | Exists | Shared


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


class CannotPlan(Exception):
    """`words` are the words of the question at fault."""

    def __init__(self, reason: str, *words: str) -> None:
        super().__init__(reason)
        self.words = words
