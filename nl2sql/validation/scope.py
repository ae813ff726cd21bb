"""What a name can mean at one point of a statement: the relations in reach, innermost first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from sqlglot import exp

from schema_index.schema import Table

SourceKind = Literal["table", "query", "function"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One relation of a FROM clause.

    `name` is its alias as rendered and `key` the form it is compared under; `columns` maps a column's key to its
    spelling, in order. `table` is set when it is a stored table; `exact` is false when a star over a stored table
    decides its width, so that the caller's picture of it may differ from the engine's.
    """

    name: str
    key: str
    columns: Mapping[str, str]
    kind: SourceKind
    table: Table | None = None
    exact: bool = True
    ambiguous: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class Scope:
    """Relations in reach at one level. `declared` holds the keys of all relations of the level, in reach or not.

    `merged` maps a column that USING merged to the expression that stands for it. `parameters` are those of lambdas.
    """

    sources: list[Source] = field(default_factory=list)
    declared: frozenset[str] = frozenset()
    parent: "Scope | None" = None
    merged: dict[str, exp.Expr] = field(default_factory=dict)
    parameters: frozenset[str] = frozenset()

    def levels(self) -> Iterator["Scope"]:
        """This level, then the enclosing ones."""
        level: Scope | None = self
        while level is not None:
            yield level
            level = level.parent

    def source(self, key: str) -> Source | None:
        return next((source for source in self.sources if source.key == key), None)

    def holders(self, column: str) -> list[Source]:
        """The relations of this level with a column of that key."""
        return [source for source in self.sources if column in source.columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """The columns a query gives, in order; "" where one has no name. `ambiguous` are keys that two of them bear."""

    names: tuple[str, ...]
    exact: bool = True
    ambiguous: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonTable:
    """A CTE in reach; `outputs` is None while its own definition is not yet known."""

    name: str
    outputs: Outputs | None


CommonTables = Mapping[str, CommonTable]


class Resolve(Protocol):
    """Resolves a query that stands inside another, which sees `scope`; with `derived` in FROM or WITH."""

    def __call__(self, query: exp.Query, scope: Scope | None, *, derived: bool = False) -> Outputs: ...
