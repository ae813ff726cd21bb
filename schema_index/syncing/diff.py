"""What changed between two schemas, and all of it: the one can be made of the other by it. Pure.

Values are compared whole, so that nothing can change unseen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal

from schema_index.schema import Column, DatabaseSchema, Table
from schema_index.syncing.renames import Renames, find_renames, renamed

ChangeKind = Literal[
    "database_changed",
    "table_renamed",
    "table_removed",
    "table_added",
    "table_changed",
    "column_renamed",
    "column_removed",
    "column_added",
    "column_changed",
]

Described = DatabaseSchema | Table | Column

_ASPECTS = {"enum_values": "allowed values", "nullable": "required"}
"""Where people say it otherwise than the field's own name with spaces."""

_SHOWN = frozenset({"type"})
"""Aspects whose values are told; comments and lists may be of any length, and keys may name what is hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. `schema`, `table` and `column` name the object as it is now, or was where it was removed.

    `before` and `after` are the table's or column's whole description; None where there was or is none. Of a database
    that changed (another engine or default schema), they are the schemas without their tables.
    `position` is that of an added column among the table's columns. `aspects` say in words what of it changed.
    """

    kind: ChangeKind
    schema: str = ""
    table: str = ""
    column: str = ""
    before: Described | None = None
    after: Described | None = None
    position: int | None = None
    aspects: tuple[str, ...] = ()

    @property
    def table_name(self) -> str:
        return f"{self.schema}.{self.table}" if self.table else ""

    @property
    def object_name(self) -> str:
        """`schema.table` or `schema.table.column`."""
        return f"{self.table_name}.{self.column}" if self.column else self.table_name

    @property
    def former_name(self) -> str:
        """Of what was renamed: `schema.table`, or the column's name alone. Empty otherwise."""
        if self.kind == "table_renamed" and isinstance(self.before, Table):
            return self.before.qualified_name
        return self.before.name if self.kind == "column_renamed" and isinstance(self.before, Column) else ""

    @property
    def detail(self) -> str:
        """In words, for people: what it was called, which type it has, what of it changed."""
        match self.kind:
            case "table_renamed":
                return f"renamed {self.former_name} → {self.table_name}"
            case "column_renamed":
                return f"renamed {self.former_name} → {self.column}"
            case "column_added":
                return self.after.type if isinstance(self.after, Column) else ""
            case _:
                return ", ".join(self._told(aspect) for aspect in self.aspects)

    def _told(self, aspect: str) -> str:
        if aspect == "required" and isinstance(self.after, Column):
            return "optional" if self.after.nullable else "required"
        if aspect not in _SHOWN:
            return aspect
        return f"{aspect}: {getattr(self.before, aspect)} → {getattr(self.after, aspect)}"


def diff(old: DatabaseSchema | None, new: DatabaseSchema) -> tuple[Change, ...]:
    """Every difference, renames first, then by table and column; empty when both are equal.

    `old` is None on the first sync: then every table is added.
    """
    if old is None:
        old = replace(new, tables=())
    if old == new:
        return ()
    renames = find_renames(old, new)
    moved = renamed(old, renames)
    return (
        *_database_changes(old, new),
        *_told_renames(old, new, renames),
        *(
            change
            for name in sorted(moved.by_name.keys() | new.by_name.keys())
            for change in _changes(moved.by_name.get(name), new.by_name.get(name))
        ),
    )


def _database_changes(old: DatabaseSchema, new: DatabaseSchema) -> Iterator[Change]:
    was, now = replace(old, tables=()), replace(new, tables=())
    if was != now:
        yield Change(kind="database_changed", before=was, after=now, aspects=_differing(was, now))


def _told_renames(old: DatabaseSchema, new: DatabaseSchema, renames: Renames) -> Iterator[Change]:
    for former, (schema, table) in sorted(renames.tables.items(), key=lambda pair: pair[1]):
        before, after = old.by_name[former], new.by_name[schema, table]
        yield Change(kind="table_renamed", schema=schema, table=table, before=before, after=after)
    earlier = renamed(old, replace(renames, columns={}))
    for (schema, table), names in sorted(renames.columns.items()):
        for name, column in names.items():
            yield Change(
                kind="column_renamed",
                schema=schema,
                table=table,
                column=column,
                before=earlier.by_name[schema, table].column(name),
                after=new.by_name[schema, table].column(column),
            )


def _changes(was: Table | None, now: Table | None) -> Iterator[Change]:
    if was is None and now is not None:
        yield Change(kind="table_added", schema=now.schema, table=now.name, after=now)
    elif was is not None and now is None:
        yield Change(kind="table_removed", schema=was.schema, table=was.name, before=was)
    elif was is not None and now is not None and was != now:
        aspects = _differing(replace(was, columns=()), replace(now, columns=()))
        if _common_order(was, now) != _common_order(now, was):
            aspects += ("column order",)
        if aspects:
            yield Change(
                kind="table_changed", schema=now.schema, table=now.name, before=was, after=now, aspects=aspects
            )
        yield from _column_changes(was, now)


def _column_changes(was: Table, now: Table) -> Iterator[Change]:
    before = {column.name: column for column in was.columns}
    after = {column.name: (place, column) for place, column in enumerate(now.columns)}
    for name in sorted(before.keys() | after.keys()):
        place, column = after.get(name, (None, None))
        change = Change(
            kind="column_changed",
            schema=now.schema,
            table=now.name,
            column=name,
            before=before.get(name),
            after=column,
        )
        if column is None:
            yield replace(change, kind="column_removed")
        elif name not in before:
            yield replace(change, kind="column_added", position=place)
        elif before[name] != column:
            yield replace(change, aspects=_differing(before[name], column))


def _differing(was: Described, now: Described) -> tuple[str, ...]:
    return tuple(
        _ASPECTS.get(part.name, part.name.replace("_", " "))
        for part in fields(was)
        if part.compare and getattr(was, part.name) != getattr(now, part.name)
    )


def _common_order(one: Table, other: Table) -> list[str]:
    names = {column.name for column in other.columns}
    return [column.name for column in one.columns if column.name in names]
