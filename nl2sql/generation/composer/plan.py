"""The statement to be written, as values: tables, joins, filters, groups, order. Nothing here is text of SQL yet."""

from dataclasses import dataclass, field
from typing import Literal

from nl2sql.calendar_spans import Unit
from nl2sql.generation.composer.joins import Key, Path, Step
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
class Scene:
    """The tables in play: the one listed, the others that were named, and the one measured where it is another."""

    root: Key
    mentioned: frozenset[Key] = frozenset()
    measured: Key | None = None


@dataclass(slots=True, kw_only=True)
class Plan:
    """Filled part by part. `grain` is the table whose rows are listed or counted; `counted`: how many rows the rest
    would list; `multiplied`: a join repeats rows of `grain`."""

    grain: Key
    scene: Scene
    joins: list[Step] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    groups: list[ColumnRef] = field(default_factory=list)
    periods: list[Output] = field(default_factory=list)
    having: tuple[str, str] | None = None
    sorts: list[Sort] = field(default_factory=list)
    limit: int | None = None
    multiplied: bool = False
    distinct: bool = False
    counted: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def tables(self) -> set[Key]:
        return {self.grain, *(step.target for step in self.joins)}

    @property
    def measured(self) -> bool:
        """Whether something is counted or aggregated."""
        return any(output.kind in ("aggregate", "count") for output in self.outputs)

    def join(self, path: Path) -> None:
        for step in path:
            if step.target not in self.tables:
                self.joins.append(step)
                self.multiplied = self.multiplied or step.many


class CannotPlan(Exception):
    """`words` are the words of the question at fault."""

    def __init__(self, reason: str, *words: str) -> None:
        super().__init__(reason)
        self.words = words
