"""Laws of the comparison, and the words it finds for each kind of change."""

from dataclasses import replace

from hypothesis import given

from schema_index.diff import Change, diff
from schema_index.schema import Column, DatabaseSchema, ForeignKey, Table
from tests.unit.schema_index.schemas import FEW, database_schemas

ID = Column(name="id", type="integer", kind="integer", nullable=False)
TOTAL = Column(name="total", type="integer", kind="integer")
ORDERS = Table(schema="main", name="orders", columns=(ID, TOTAL), primary_key=("id",))
CUSTOMERS = Table(schema="main", name="customers", columns=(ID,))


def _schema(*tables: Table) -> DatabaseSchema:
    return DatabaseSchema.of("postgres", "main", list(tables))


def _change(table: Table) -> tuple[Change, ...]:
    return diff(_schema(ORDERS, CUSTOMERS), _schema(table, CUSTOMERS))


@FEW
@given(database_schemas())
def test_nothing_differs_from_itself(schema: DatabaseSchema) -> None:
    assert diff(schema, schema) == ()


@FEW
@given(database_schemas())
def test_on_the_first_sync_every_table_is_new(schema: DatabaseSchema) -> None:
    expected = [Change(kind="table_added", table=table.qualified_name) for table in schema.tables]
    assert list(diff(None, schema)) == expected


@FEW
@given(database_schemas(), database_schemas())
def test_exactly_the_tables_that_differ_are_named(old: DatabaseSchema, new: DatabaseSchema) -> None:
    names = old.by_name.keys() | new.by_name.keys()
    differing = {".".join(name) for name in names if old.by_name.get(name) != new.by_name.get(name)}
    assert {change.table for change in diff(old, new)} == differing


@FEW
@given(database_schemas(), database_schemas())
def test_exactly_the_columns_that_differ_are_named(old: DatabaseSchema, new: DatabaseSchema) -> None:
    differing = set()
    for name in old.by_name.keys() & new.by_name.keys():
        was, now = old.by_name[name], new.by_name[name]
        columns = {column.name for column in was.columns + now.columns}
        differing |= {(".".join(name), column) for column in columns if was.column(column) != now.column(column)}
    assert {(change.table, change.column) for change in diff(old, new) if change.column} == differing


@FEW
@given(database_schemas(), database_schemas())
def test_what_appears_one_way_disappears_the_other_way(old: DatabaseSchema, new: DatabaseSchema) -> None:
    turned = {
        "table_added": "table_removed",
        "table_removed": "table_added",
        "column_added": "column_removed",
        "column_removed": "column_added",
    }
    there = {(turned.get(change.kind, change.kind), change.table, change.column) for change in diff(old, new)}
    assert {(change.kind, change.table, change.column) for change in diff(new, old)} == there


@FEW
@given(database_schemas(), database_schemas())
def test_equal_fingerprints_and_no_difference_are_the_same(old: DatabaseSchema, new: DatabaseSchema) -> None:
    assert (old.fingerprint == new.fingerprint) == (diff(old, new) == ())


def test_a_table_that_left() -> None:
    assert diff(_schema(ORDERS, CUSTOMERS), _schema(ORDERS)) == (Change(kind="table_removed", table="main.customers"),)


def test_a_column_that_came_and_one_that_left() -> None:
    new = Column(name="placed_at", type="date", kind="date")
    assert _change(replace(ORDERS, columns=(ID, new))) == (
        Change(kind="column_added", table="main.orders", column="placed_at", detail="date"),
        Change(kind="column_removed", table="main.orders", column="total"),
    )


def test_a_column_that_changed_says_what_of_it() -> None:
    changed = Column(name="total", type="numeric", kind="number", nullable=False, comment="gross")
    assert _change(replace(ORDERS, columns=(ID, changed))) == (
        Change(
            kind="column_changed",
            table="main.orders",
            column="total",
            detail="type: integer → numeric, nullable: True → False, comment",
        ),
    )


def test_a_table_that_changed_says_what_of_it() -> None:
    key = ForeignKey(columns=("total",), target_schema="main", target_table="customers", target_columns=("id",))
    changed = replace(
        ORDERS,
        kind="view",
        comment="placed",
        primary_key=(),
        unique_keys=(("total",),),
        foreign_keys=(key,),
        columns=(TOTAL, ID),
    )
    assert _change(changed) == (
        Change(
            kind="table_changed",
            table="main.orders",
            detail="kind, comment, primary key, unique keys, foreign keys, column order",
        ),
    )
