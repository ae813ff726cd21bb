"""Tables and columns that were given another name, where that is certain. Pure.

A rename is told only when nothing else could have happened: the object that left and the one that came are equal but
for their names, and no other object of either schema is their equal. Yearly tables of one shape, of which one is
dropped and one created, are therefore removed and added.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from schema_index.schema import DatabaseSchema, ForeignKey, Table, TableName


@dataclass(frozen=True, slots=True, kw_only=True)
class Renames:
    """Former name → name. `columns` is by the table's name as it is now."""

    tables: Mapping[TableName, TableName] = field(default_factory=dict)
    columns: Mapping[TableName, Mapping[str, str]] = field(default_factory=dict)


def find_renames(old: DatabaseSchema, new: DatabaseSchema) -> Renames:
    """What was certainly renamed between two schemas. A table's columns are only compared under its own new name."""
    tables = Renames(tables=_renamed_tables(old, new))
    moved = renamed(old, tables)
    columns = {}
    for name in moved.by_name.keys() & new.by_name.keys():
        pair = _renamed_column(moved.by_name[name], new.by_name[name])
        if pair is not None:
            columns[name] = dict([pair])
    return replace(tables, columns=columns)


def renamed(schema: DatabaseSchema, renames: Renames) -> DatabaseSchema:
    """`schema` under the new names, the keys that mention them included."""
    if not renames.tables and not renames.columns:
        return schema
    tables = [_renamed_table(table, renames) for table in schema.tables]
    return DatabaseSchema.of(schema.dialect, schema.default_schema, tables)


def _renamed_tables(old: DatabaseSchema, new: DatabaseSchema) -> dict[TableName, TableName]:
    gone, came = old.by_name.keys() - new.by_name.keys(), new.by_name.keys() - old.by_name.keys()
    if not gone or not came:
        return {}
    moving = gone | came
    before, after = _by_shape(old.tables, moving), _by_shape(new.tables, moving)
    pairs = [(before[shape], after[shape]) for shape in before.keys() & after.keys()]
    return {was[0]: now[0] for was, now in pairs if len(was) == len(now) == 1 and was[0] in gone and now[0] in came}


def _by_shape(tables: Iterable[Table], moving: set[TableName]) -> dict[Table, list[TableName]]:
    """Tables by all that they are but their names. What refers to a table that left or came is left open: it may have
    been renamed with it."""
    found: dict[Table, list[TableName]] = defaultdict(list)
    for table in tables:
        own = (table.schema, table.name)

        def target(name: TableName, own: TableName = own) -> TableName:
            return ("", "itself") if name == own else ("", "") if name in moving else name

        keys = tuple(_retargeted(key, target) for key in table.foreign_keys)
        found[replace(table, schema="", name="", foreign_keys=keys)].append(own)
    return found


def _renamed_column(was: Table, now: Table) -> tuple[str, str] | None:
    """The one column that left and the one that came, where they are equal but for their names and in one place."""
    before, after = {column.name for column in was.columns}, {column.name for column in now.columns}
    gone = [place for place, column in enumerate(was.columns) if column.name not in after]
    came = [place for place, column in enumerate(now.columns) if column.name not in before]
    if len(gone) != 1 or gone != came:
        return None
    one, other = was.columns[gone[0]], now.columns[gone[0]]
    return (one.name, other.name) if replace(one, name=other.name) == other else None


def _renamed_table(table: Table, renames: Renames) -> Table:
    schema, name = renames.tables.get((table.schema, table.name), (table.schema, table.name))
    own = renames.columns.get((schema, name), {})

    def columns(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(own.get(one, one) for one in names)

    def target(name: TableName) -> TableName:
        return renames.tables.get(name, name)

    return replace(
        table,
        schema=schema,
        name=name,
        columns=tuple(replace(column, name=own.get(column.name, column.name)) for column in table.columns),
        primary_key=columns(table.primary_key),
        unique_keys=tuple(columns(key) for key in table.unique_keys),
        foreign_keys=tuple(_with_columns(_retargeted(key, target), own, renames.columns) for key in table.foreign_keys),
    )


def _retargeted(key: ForeignKey, target: Callable[[TableName], TableName]) -> ForeignKey:
    schema, table = target((key.target_schema, key.target_table))
    return replace(key, target_schema=schema, target_table=table)


def _with_columns(
    key: ForeignKey, own: Mapping[str, str], columns: Mapping[TableName, Mapping[str, str]]
) -> ForeignKey:
    theirs = columns.get((key.target_schema, key.target_table), {})
    return replace(
        key,
        columns=tuple(own.get(name, name) for name in key.columns),
        target_columns=tuple(theirs.get(name, name) for name in key.target_columns),
    )
