"""What a question says, before it is known which columns its words mean: the grammar's result."""

from dataclasses import dataclass, replace
from typing import Literal

from nl2sql.calendar_spans import Unit
from nl2sql.generation.composer.time_spans import TimeSpan
from nl2sql.generation.composer.vocabulary import ColumnName, TableName
from schema_index.retrieval.types import StoredValue

Function = Literal["avg", "max", "min", "sum"]
LikeKind = Literal["starts", "ends", "contains"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Words that name a table."""

    text: str
    names: tuple[TableName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """Words that name a column; `focus` is the entity they were said of, `deed` a verb after them: "quantity sold"."""

    text: str
    names: tuple[ColumnName, ...]
    owned: bool = False
    focus: Entity | None = None
    deed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to show. Of `noun`, `entity` or neither (rows): a column, its aggregate, a count, a label or all."""

    kind: Literal["column", "aggregate", "count", "label", "key", "everything"]
    noun: Noun | None = None
    entity: Entity | None = None
    function: Function | None = None
    distinct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One restriction. `kind` says which of the fields count; `either` joins it to the one before it by OR."""

    kind: Literal["value", "compare", "between", "like", "span", "average", "related", "flag"]
    text: str
    noun: Noun | None = None
    focus: Entity | None = None
    negated: bool = False
    either: bool = False
    values: tuple[StoredValue, ...] = ()
    operator: str = "="
    operand: str = ""
    high: str = ""
    like: LikeKind = "contains"
    span: TimeSpan | None = None
    high_span: TimeSpan | None = None
    labelled: bool = False
    entity: Entity | None = None
    inner: tuple["Condition", ...] = ()
    prep: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """By a column, an aggregate of one, or a count of rows of `entity` (None: of what is listed)."""

    noun: Noun | None = None
    counted: bool = False
    entity: Entity | None = None
    function: Function | None = None
    descending: bool = False
    measures: tuple[str, ...] = ()
    by_output: bool = False
    alphabetical: bool = False
    summed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Having:
    operator: str
    number: str
    entity: Entity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """By a column, a thing, or whole units of time of a date column."""

    unit: Unit | None = None
    noun: Noun | None = None
    entity: Entity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    items: tuple[Item, ...] = ()
    root: Entity | None = None
    conditions: tuple[Condition, ...] = ()
    groups: tuple[Grouping, ...] = ()
    each: bool = False
    order: tuple[Ordering, ...] = ()
    superlative: Ordering | None = None
    limit: int | None = None
    having: Having | None = None
    distinct: bool = False
    focus: Entity | None = None
    verbs: tuple[str, ...] = ()
    either: bool = False
    listed: bool = False
    dated: bool = False
    both: tuple[tuple[Condition, ...], ...] = ()
    """What must each be so, of one row or of several: "in both 2010 and 2011"."""

    def where(self, *conditions: Condition) -> "Reading":
        return replace(self, conditions=(*self.conditions, *conditions))

    def showing(self, *items: Item) -> "Reading":
        return replace(self, items=(*self.items, *items))

    def about(self, entity: Entity) -> "Reading":
        return replace(self, root=self.root or entity, focus=entity)

    def adopted(self, entity: Entity) -> "Reading":
        """The listed columns were said of `entity`, which came after them."""
        items = (
            replace(item, noun=replace(item.noun, focus=entity)) if item.noun and item.noun.focus is None else item
            for item in self.items
        )
        return replace(self, items=tuple(items))

    @property
    def orders(self) -> tuple[Ordering, ...]:
        return self.order if self.superlative is None else (self.superlative, *self.order)

    @property
    def said(self) -> tuple[Condition, ...]:
        return (*self.conditions, *(one for part in self.both for one in part))
