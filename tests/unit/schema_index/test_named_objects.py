"""Which tables and columns a text names: every line is a case that somebody could write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_index.knowledge.named_objects import MAX_NAMED, SchemaNames
from schema_index.schema import DatabaseSchema
from tests.unit.schema_index.schemas import FEW, database_schemas, public, table

SHOP = public(
    table("orders", "id", "customer_id", "status", "total", "note"),
    table("customers", "id", "name", "city"),
    table("order_items", "order_id", "sku", "note"),
    table("Price List", "Net Price", "sku"),
    table("t", "x"),
    table("orders", "id", "total", "reason", schema="archive"),
    table("parcels", "weightKg", schema="archive"),
)
NAMES = SchemaNames(SHOP)


def _named(text: str) -> set[str]:
    return {".".join(filter(None, (one.schema, one.table, one.column))) for one in NAMES.named_in(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # tables, as words
        ("How many orders were there?", {"public.orders"}),
        ("ORDERS of Customers", {"public.orders", "public.customers"}),
        ("What is an order, and who borders on it?", set()),
        ("The order items of a day", {"public.order_items"}),
        ("Order-items, orderItems and ORDER_ITEMS", {"public.order_items"}),
        ("In order, items are listed", set()),
        ("our price list of May", {"public.Price List"}),
        ("archive.orders holds the old ones", {"archive.orders"}),
        ("parcels weigh little", {"archive.parcels"}),
        ("x marks t", set()),
        ("public.t is odd", {"public.t"}),
        ("`t` is odd", {"public.t"}),
        ("orders_2024 is no orders table" + "s", {"public.orders"}),
        # columns, behind their table
        ("orders.total is gross", {"public.orders", "public.orders.total"}),
        ("Archive.Orders.Reason says why", {"archive.orders", "archive.orders.reason"}),
        ("orders.reason does not exist here", set()),
        ("the orders. Total revenue", {"public.orders"}),
        # columns alone: words are not names
        ("The total of orders, their status and a note", {"public.orders"}),
        ("The city of customers", {"public.customers"}),
        # columns alone, meant as names
        ("orders: `total` is gross", {"public.orders", "public.orders.total"}),
        ("paid means status = 'paid'", {"public.orders", "public.orders.status"}),
        ("Only orders with total>=5", {"public.orders", "public.orders.total"}),
        ("every customer_id", {"public.orders", "public.orders.customer_id"}),
        ("weightKg", {"archive.parcels", "archive.parcels.weightKg"}),
        ("`note`", set()),
        ("`note` of the order items", {"public.order_items", "public.order_items.note"}),
        ('```\n"Net Price"\n```', {"public.Price List", "public.Price List.Net Price"}),
        # statements
        (
            "SELECT o.total FROM orders o WHERE o.note <> 'customers name'",
            {"public.orders", "public.orders.total", "public.orders.note"},
        ),
        (
            "Say:\n\nselect sum(total), city\nfrom orders join customers on true\n\nThe name is not meant.",
            {"public.orders", "public.orders.total", "public.customers", "public.customers.city"},
        ),
        ("Select the name and total of customers from Lyon", {"public.customers"}),
        ("", set()),
        ("`", set()),
        ("```unfinished total of orders", {"public.orders", "public.orders.total"}),
    ],
)
def test_a_text_names(text: str, expected: set[str]) -> None:
    assert _named(text) == expected


@FEW
@given(database_schemas(), st.data())
def test_whatever_is_written_whole_is_found(schema: DatabaseSchema, data: st.DataObject) -> None:
    """In quotes within a code block, any name is one; but dots and quotes in names look like those between."""
    plain = [
        (table, column)
        for table in schema.tables
        for column in table.columns
        if not set('."') & set(table.name + column.name)
    ]
    if plain:
        table, column = data.draw(st.sampled_from(plain))
        found = SchemaNames(schema).named_in(f'```\n"{table.schema}"."{table.name}"."{column.name}"\n```')
        assert (table.schema, table.name, column.name) in {(one.schema, one.table, one.column) for one in found}


@FEW
@given(database_schemas(), st.text(max_size=200))
def test_only_what_exists_is_named_and_no_text_breaks_it(schema: DatabaseSchema, text: str) -> None:
    for one in SchemaNames(schema).named_in(text):
        table = schema.by_name[one.schema, one.table]
        assert not one.column or table.column(one.column) is not None


def test_a_copy_of_a_large_schema_is_cut() -> None:
    schema = public(*(table(f"table_{n}", "id") for n in range(MAX_NAMED + 5)))
    text = "\n".join(table.qualified_name for table in schema.tables)
    assert len(SchemaNames(schema).named_in(text)) == MAX_NAMED


@pytest.mark.parametrize("text", ["select " * 50_000, "`" * 100_001, "a_" * 100_000, "'" * 100_000, '"' * 100_000])
def test_a_long_text_takes_no_long_time(text: str) -> None:
    """Each of these would take minutes if a pattern looked back over what it has read."""
    NAMES.named_in(text)
