"""Small schemas, and random but well-formed ones: unique names, keys over columns that exist."""

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from schema_index.schema import Column, DatabaseSchema, ForeignKey, Table

FEW = settings(max_examples=25, deadline=None)
"""A random schema costs milliseconds; a busy machine must not fail a law."""

NAMES = st.sampled_from(["a", "b", "Order Items", "é", 'quo"te', "x.y", "ORDERS"])
TEXTS = st.text(max_size=12)


def table(name: str, *columns: str, schema: str = "public", to: str = "", **more: Any) -> Table:
    """`to` is `schema.table`, or a table of the same schema, which the first column refers to."""
    target_schema, _, target = to.rpartition(".")
    key = ForeignKey(
        columns=(columns[0],), target_schema=target_schema or schema, target_table=target, target_columns=("id",)
    )
    return Table(
        schema=schema,
        name=name,
        columns=tuple(Column(name=column, type="text", kind="text") for column in columns),
        foreign_keys=(key,) if to else (),
        **more,
    )


def public(*tables: Table) -> DatabaseSchema:
    return DatabaseSchema.of("postgres", "public", list(tables))


@st.composite
def columns(draw: st.DrawFn) -> tuple[Column, ...]:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    return tuple(
        Column(
            name=name,
            type=draw(st.sampled_from(["integer", "text", "numeric(10,2)"])),
            kind=draw(st.sampled_from(["integer", "text", "number"])),
            nullable=draw(st.booleans()),
            comment=draw(TEXTS),
            enum_values=tuple(draw(st.lists(TEXTS, max_size=2))),
            generated=draw(st.booleans()),
        )
        for name in names
    )


@st.composite
def tables(draw: st.DrawFn, schema: str, name: str, targets: list[tuple[str, str]]) -> Table:
    own = draw(columns())
    keys = st.lists(st.sampled_from([column.name for column in own]), min_size=1, max_size=2, unique=True).map(tuple)
    foreign_keys = []
    for target_schema, target_table in draw(st.lists(st.sampled_from(targets), max_size=2)):
        names = draw(keys)
        foreign_keys.append(
            ForeignKey(columns=names, target_schema=target_schema, target_table=target_table, target_columns=names)
        )
    return Table(
        schema=schema,
        name=name,
        columns=own,
        kind=draw(st.sampled_from(["table", "view"])),
        primary_key=draw(st.one_of(st.just(()), keys)),
        unique_keys=tuple(draw(st.lists(keys, max_size=2))),
        foreign_keys=tuple(foreign_keys),
        comment=draw(TEXTS),
        row_estimate=draw(st.none() | st.integers(min_value=0)),
    )


@st.composite
def database_schemas(draw: st.DrawFn) -> DatabaseSchema:
    names = draw(st.lists(st.tuples(st.sampled_from(["main", "sales"]), NAMES), max_size=4, unique=True))
    return DatabaseSchema.of("postgres", "main", [draw(tables(schema, name, names)) for schema, name in names])


@st.composite
def edited(draw: st.DrawFn) -> tuple[DatabaseSchema, DatabaseSchema]:
    """A schema, and what a few renames, drops and additions made of it: what two syncs find."""
    old = draw(database_schemas())
    tables = {(table.schema, table.name): table for table in old.tables}
    for name in list(tables):
        table = tables.pop(name)
        match draw(st.sampled_from(["keep", "rename", "drop", "edit"])):
            case "keep":
                tables[name] = table
            case "rename":
                other = draw(st.tuples(st.sampled_from(["main", "sales"]), NAMES))
                tables.setdefault(other, replace(table, schema=other[0], name=other[1]))
            case "edit":
                tables[name] = replace(table, columns=_edited(draw, table.columns))
    return old, DatabaseSchema.of("postgres", draw(st.sampled_from(["main", "sales"])), list(tables.values()))


def _edited(draw: st.DrawFn, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    kept = [column for column in columns if draw(st.booleans())]
    names = {column.name for column in kept}
    fresh = draw(st.lists(NAMES.filter(lambda name: name not in names), max_size=2, unique=True))
    for name in fresh:
        kept.insert(draw(st.integers(0, len(kept))), replace(columns[0], name=name))
    return tuple(kept)
