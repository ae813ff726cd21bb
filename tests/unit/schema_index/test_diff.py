"""Laws of the comparison and of its inverse, what counts as a rename, and the words for each kind of change."""

from dataclasses import replace

from hypothesis import given

from schema_index.schema import Column, DatabaseSchema, ForeignKey, Table
from schema_index.syncing.diff import Change, diff
from tests.unit.schema_index.applied_changes import apply
from tests.unit.schema_index.schemas import FEW, database_schemas, edited

ID = Column(name="id", type="integer", kind="integer", nullable=False)
TOTAL = Column(name="total", type="integer", kind="integer")
NOTE = Column(name="note", type="text", kind="text")
ORDERS = Table(schema="main", name="orders", columns=(ID, TOTAL, NOTE), primary_key=("id",))
CUSTOMERS = Table(schema="main", name="customers", columns=(ID,))
TO_ORDERS = ForeignKey(columns=("id",), target_schema="main", target_table="orders", target_columns=("id",))


def _schema(*tables: Table) -> DatabaseSchema:
    return DatabaseSchema.of("postgres", "main", list(tables))


def _told(old: DatabaseSchema, new: DatabaseSchema) -> list[tuple[str, str, str]]:
    """(kind, object, detail), after a look that the changes make the one of the other."""
    changes = diff(old, new)
    assert apply(old, changes) == new
    return [(change.kind, change.object_name, change.detail) for change in changes]


def _of_orders(table: Table) -> list[tuple[str, str, str]]:
    return _told(_schema(ORDERS, CUSTOMERS), _schema(table, CUSTOMERS))


@FEW
@given(database_schemas())
def test_nothing_differs_from_itself(schema: DatabaseSchema) -> None:
    assert diff(schema, schema) == ()
    assert apply(schema, ()) == schema


@FEW
@given(database_schemas(), database_schemas())
def test_the_changes_make_the_one_of_the_other(old: DatabaseSchema, new: DatabaseSchema) -> None:
    assert apply(old, diff(old, new)) == new


@FEW
@given(edited())
def test_the_changes_make_an_edited_schema_of_the_first(pair: tuple[DatabaseSchema, DatabaseSchema]) -> None:
    old, new = pair
    assert apply(old, diff(old, new)) == new
    assert apply(new, diff(new, old)) == old


@FEW
@given(database_schemas())
def test_on_the_first_sync_every_table_is_new(schema: DatabaseSchema) -> None:
    expected = [Change(kind="table_added", schema=one.schema, table=one.name, after=one) for one in schema.tables]
    assert list(diff(None, schema)) == expected


@FEW
@given(edited())
def test_what_is_renamed_one_way_is_renamed_the_other_way(pair: tuple[DatabaseSchema, DatabaseSchema]) -> None:
    old, new = pair
    there = {(one.kind, one.former_name, one.table_name) for one in diff(old, new) if one.kind == "table_renamed"}
    back = {(one.kind, one.table_name, one.former_name) for one in diff(new, old) if one.kind == "table_renamed"}
    assert there == back


@FEW
@given(edited())
def test_every_name_that_came_or_left_is_told_once(pair: tuple[DatabaseSchema, DatabaseSchema]) -> None:
    old, new = pair
    changes = [change for change in diff(old, new) if change.kind.startswith("table_r") or change.kind == "table_added"]
    came = [(one.schema, one.table) for one in changes if one.kind != "table_removed"]
    assert sorted(came) == sorted(new.by_name.keys() - old.by_name.keys())
    left = [one.former_name or one.table_name for one in changes if one.kind != "table_added"]
    gone = old.by_name.keys() - new.by_name.keys()
    assert sorted(left) == sorted(".".join(name) for name in gone)


@FEW
@given(edited())
def test_equal_fingerprints_and_no_difference_are_the_same(pair: tuple[DatabaseSchema, DatabaseSchema]) -> None:
    old, new = pair
    assert (old.fingerprint == new.fingerprint) == (diff(old, new) == ())


@FEW
@given(edited())
def test_the_order_is_canonical(pair: tuple[DatabaseSchema, DatabaseSchema]) -> None:
    old, new = pair
    first = [change for change in diff(old, new) if not change.kind.endswith("_renamed")]
    assert [(one.schema, one.table, one.column) for one in first] == sorted(
        (one.schema, one.table, one.column) for one in first
    )


def test_a_table_that_left() -> None:
    assert _told(_schema(ORDERS, CUSTOMERS), _schema(ORDERS)) == [("table_removed", "main.customers", "")]


def test_a_column_that_came_and_one_that_left() -> None:
    new = Column(name="placed_at", type="date", kind="date")
    assert _of_orders(replace(ORDERS, columns=(ID, new, NOTE))) == [
        ("column_added", "main.orders.placed_at", "date"),
        ("column_removed", "main.orders.total", ""),
    ]


def test_a_column_in_the_place_of_its_equal_was_renamed_and_keys_follow() -> None:
    keyed = replace(CUSTOMERS, foreign_keys=(TO_ORDERS,))
    number = replace(ID, name="number")
    new = replace(ORDERS, columns=(number, TOTAL, NOTE), primary_key=("number",))
    target = replace(TO_ORDERS, target_columns=("number",))
    assert _told(_schema(ORDERS, keyed), _schema(new, replace(keyed, foreign_keys=(target,)))) == [
        ("column_renamed", "main.orders.number", "renamed id → number")
    ]


def test_columns_that_could_have_been_another_are_removed_and_added() -> None:
    renamed = replace(TOTAL, name="amount")
    for columns in (
        (ID, NOTE, renamed),
        (ID, renamed, replace(NOTE, name="remark")),
        (ID, replace(renamed, type="text"), NOTE),
        (ID, replace(renamed, comment="gross"), NOTE),
    ):
        kinds = {kind for kind, _, _ in _of_orders(replace(ORDERS, columns=columns))}
        assert kinds == {"column_added", "column_removed"}, columns


def test_a_table_whose_equal_came_was_renamed_and_keys_follow() -> None:
    keyed = replace(CUSTOMERS, foreign_keys=(TO_ORDERS,))
    new = replace(ORDERS, schema="sales", name="purchases")
    target = replace(TO_ORDERS, target_schema="sales", target_table="purchases")
    assert _told(_schema(ORDERS, keyed), _schema(new, replace(keyed, foreign_keys=(target,)))) == [
        ("table_renamed", "sales.purchases", "renamed main.orders → sales.purchases")
    ]


def test_tables_that_refer_to_each_other_are_renamed_together() -> None:
    keyed = replace(CUSTOMERS, foreign_keys=(TO_ORDERS,))
    target = replace(TO_ORDERS, target_table="o")
    new = _schema(replace(ORDERS, name="o"), replace(keyed, name="c", foreign_keys=(target,)))
    assert [kind for kind, _, _ in _told(_schema(ORDERS, keyed), new)] == ["table_renamed"] * 2


def test_tables_of_one_shape_are_removed_and_added() -> None:
    years = [replace(ORDERS, name=f"orders_{year}") for year in (2024, 2025, 2026)]
    assert _told(_schema(*years[:2]), _schema(*years[1:])) == [
        ("table_removed", "main.orders_2024", ""),
        ("table_added", "main.orders_2026", ""),
    ]


def test_a_column_that_changed_says_what_of_it() -> None:
    changed = Column(
        name="total",
        type="numeric",
        kind="number",
        nullable=False,
        comment="gross",
        enum_values=("a",),
        generated=True,
    )
    assert _of_orders(replace(ORDERS, columns=(ID, changed, NOTE))) == [
        (
            "column_changed",
            "main.orders.total",
            "type: integer → numeric, kind, required, comment, allowed values, generated",
        )
    ]


def test_a_table_that_changed_says_what_of_it() -> None:
    key = ForeignKey(columns=("total",), target_schema="main", target_table="customers", target_columns=("id",))
    changed = replace(
        ORDERS,
        kind="view",
        comment="placed",
        primary_key=(),
        unique_keys=(("total",),),
        foreign_keys=(key,),
        columns=(TOTAL, ID, NOTE),
    )
    aspects = "kind, primary key, unique keys, foreign keys, comment, column order"
    assert _of_orders(changed) == [("table_changed", "main.orders", aspects)]


def test_row_estimates_are_no_change() -> None:
    assert _of_orders(replace(ORDERS, row_estimate=5)) == []


def test_another_engine_or_default_schema_is_a_change_too() -> None:
    new = replace(_schema(ORDERS), dialect="mysql", default_schema="other")
    assert _told(_schema(ORDERS), new) == [("database_changed", "", "dialect, default schema")]
