"""What a database contains, as plain values: the shape every stage after introspection works on.

Tables and columns keep their names exactly as the engine stores them; nothing here folds case.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import islice
from typing import Any, Literal

Dialect = str
"""Of an engine, one of `connectors.registry`: sqlglot's own name, so that no second naming exists."""

ColumnKind = Literal["integer", "number", "text", "boolean", "date", "timestamp", "time", "json", "binary", "other"]
"""What a question can do with a column; `type` holds the engine's own name."""

TableKind = Literal["table", "view", "materialized_view"]

TableName = tuple[str, str]
"""(schema, table)"""

MAX_ENUM_VALUES = 100
MAX_ENUM_CHARACTERS = 200
"""Bounds of `Column.enum_values`; a type with more of them is a list of data, and a longer one is prose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    name: str
    type: str
    kind: ColumnKind
    nullable: bool = True
    comment: str = ""
    enum_values: tuple[str, ...] = ()
    """The values that an enumerated type allows, in its order, as `bounded_enum` leaves them; else empty."""

    generated: bool = False
    """The engine fills it in: a computed column, or an identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """`columns[i]` of the owning table refers to `target_columns[i]` of `target_schema.target_table`."""

    columns: tuple[str, ...]
    target_schema: str
    target_table: str
    target_columns: tuple[str, ...]

    @property
    def target(self) -> str:
        """`schema.table`."""
        return f"{self.target_schema}.{self.target_table}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table or view; a partitioned table stands for its partitions.

    SQLite tables live in schema `main`, DuckDB's in `main` unless said otherwise.
    """

    schema: str
    name: str
    columns: tuple[Column, ...]
    kind: TableKind = "table"
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    comment: str = ""
    row_estimate: int | None = field(default=None, compare=False)
    """The engine's guess at the rows when it was read, None where it has none. It moves with every insert, so it
    takes no part in equality, fingerprint or diff."""

    @property
    def qualified_name(self) -> str:
        return f"{self.schema}.{self.name}"

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, kw_only=True)
class DatabaseSchema:
    """All tables of one data source in canonical order: by schema, then name; columns in the engine's order."""

    dialect: Dialect
    default_schema: str
    tables: tuple[Table, ...]

    @classmethod
    def of(cls, dialect: Dialect, default_schema: str, tables: list[Table]) -> "DatabaseSchema":
        """The schema with `tables` put into canonical order."""
        ordered = tuple(sorted(tables, key=lambda table: (table.schema, table.name)))
        return cls(dialect=dialect, default_schema=default_schema, tables=ordered)

    @cached_property
    def by_name(self) -> dict[TableName, Table]:
        return {(table.schema, table.name): table for table in self.tables}

    @cached_property
    def by_folded_name(self) -> dict[tuple[str, str], list[Table]]:
        """The same without regard to case."""
        found: dict[tuple[str, str], list[Table]] = {}
        for table in self.tables:
            found.setdefault((table.schema.casefold(), table.name.casefold()), []).append(table)
        return found

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the whole description: equal fingerprints mean nothing to do."""
        description = plain(self)
        for table in description["tables"]:
            table.pop("row_estimate", None)
        text = json.dumps(description, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def visible(self, *, allows: Callable[[Table, Column | None], bool]) -> "DatabaseSchema":
        """The part of the schema that `allows(table, None)` and `allows(table, column)` let through.

        Keys that touch a hidden column or table go with it, so that nothing downstream can name what is hidden.
        """
        tables = tuple(
            replace(table, columns=tuple(column for column in table.columns if allows(table, column)))
            for table in self.tables
            if allows(table, None)
        )
        names = {(table.schema, table.name): {column.name for column in table.columns} for table in tables}
        return replace(self, tables=tables).with_keys(
            allows=lambda table, columns: table in names and names[table].issuperset(columns)
        )

    def with_keys(self, *, allows: Callable[[TableName, tuple[str, ...]], bool]) -> "DatabaseSchema":
        """The schema with those keys alone of which `allows(table, columns)` lets every side through."""

        def kept(table: Table) -> Table:
            own = (table.schema, table.name)
            return replace(
                table,
                primary_key=table.primary_key if allows(own, table.primary_key) else (),
                unique_keys=tuple(key for key in table.unique_keys if allows(own, key)),
                foreign_keys=tuple(
                    key
                    for key in table.foreign_keys
                    if allows(own, key.columns) and allows((key.target_schema, key.target_table), key.target_columns)
                ),
            )

        return replace(self, tables=tuple(map(kept, self.tables)))


def plain(schema: DatabaseSchema) -> dict[str, Any]:
    """As dictionaries and tuples. What few columns and tables have is left out where they do not have it, which also
    keeps the fingerprints of descriptions from before it was known."""
    return {**_values(schema), "tables": tuple(_plain_table(table) for table in schema.tables)}


_RARE = {"enum_values": (), "generated": False, "row_estimate": None}
_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in (Column, ForeignKey, Table, DatabaseSchema)}


def _values(value: Column | ForeignKey | Table | DatabaseSchema) -> dict[str, Any]:
    """Like `asdict`, which copies whatever it meets and takes ten times as long."""
    found = {name: getattr(value, name) for name in _FIELDS[type(value)]}
    return {name: part for name, part in found.items() if name not in _RARE or part != _RARE[name]}


def _plain_table(table: Table) -> dict[str, Any]:
    return {
        **_values(table),
        "columns": tuple(_values(column) for column in table.columns),
        "foreign_keys": tuple(_values(key) for key in table.foreign_keys),
    }


def bounded_enum(values: Iterable[str]) -> tuple[str, ...]:
    """The first MAX_ENUM_VALUES values of an enumerated type, but for overlong ones and such as cannot be stored."""
    kept = (value for value in values if len(value) <= MAX_ENUM_CHARACTERS and "\0" not in value)
    return tuple(islice(kept, MAX_ENUM_VALUES))
