"""Which changes make knowledge doubtful, and why in plain words. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from schema_index.knowledge.named_objects import ObjectName
from schema_index.schema import Column, DatabaseSchema, Table
from schema_index.syncing.diff import Change

KEYS = {"primary key", "foreign keys"}
TYPES = {"type", "kind", "allowed values"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What was said of `name`, as it was called before, may not hold any more. `now` is what it is called since, as
    `schema.table` or `schema.table.column`, if it was renamed. A doubt about a table is one about its columns too when
    `with_columns`."""

    name: ObjectName
    reason: str
    now: str = ""
    with_columns: bool = False


def doubts(changes: Sequence[Change], *, visible: DatabaseSchema, on: date) -> tuple[Doubt, ...]:
    """`visible` is the new schema without what is hidden: what was renamed to a hidden name is told as removed."""
    former = {
        change.table_name: change.before
        for change in changes
        if change.kind == "table_renamed" and isinstance(change.before, Table)
    }
    return tuple(doubt for change in changes for doubt in _doubts(change, former, visible, on))


def _doubts(change: Change, former: dict[str, Table], visible: DatabaseSchema, on: date) -> Iterator[Doubt]:
    table = former.get(change.table_name)
    schema, name = (table.schema, table.name) if table else (change.schema, change.table)
    at = f" on {on.isoformat()}"
    was = _short(schema, name, visible)
    whole = ObjectName(schema=schema, table=name)
    seen = visible.by_name.get((change.schema, change.table))
    match change.kind:
        case "table_removed":
            yield Doubt(name=whole, reason=f"{was} was removed{at}", with_columns=True)
        case "table_renamed":
            now = _short(change.schema, change.table, visible)
            reason = f"{was} was renamed to {now}{at}" if seen else f"{was} was removed{at}"
            yield Doubt(name=whole, reason=reason, now=change.table_name if seen else "", with_columns=True)
        case "table_changed":
            keys = [aspect for aspect in change.aspects if aspect in KEYS]
            if keys:
                yield Doubt(name=whole, reason=f"the {' and '.join(keys)} of {was} changed{at}")
        case "column_removed":
            column = ObjectName(schema=schema, table=name, column=change.column)
            yield Doubt(name=column, reason=f"{was}.{change.column} was removed{at}")
        case "column_renamed":
            column = ObjectName(schema=schema, table=name, column=change.former_name)
            is_seen = seen is not None and seen.column(change.column) is not None
            now = f"{_short(change.schema, change.table, visible)}.{change.column}"
            told = f"was renamed to {now}" if is_seen else "was removed"
            reason = f"{was}.{change.former_name} {told}{at}"
            yield Doubt(name=column, reason=reason, now=change.object_name if is_seen else "")
        case "column_changed":
            yield from _of_column(change, schema=schema, name=name, was=was, at=at)


def _of_column(change: Change, *, schema: str, name: str, was: str, at: str) -> Iterator[Doubt]:
    before, after = change.before, change.after
    if not isinstance(before, Column) or not isinstance(after, Column):
        return
    if before.type != after.type:
        told = f"the type of {was}.{change.column} changed from {before.type} to {after.type}{at}"
    elif TYPES.intersection(change.aspects):
        told = f"the allowed values of {was}.{change.column} changed{at}"
    else:
        return
    yield Doubt(name=ObjectName(schema=schema, table=name, column=change.column), reason=told)


def _short(schema: str, table: str, visible: DatabaseSchema) -> str:
    """Without the schema where that goes without saying."""
    return table if schema == visible.default_schema else f"{schema}.{table}"
