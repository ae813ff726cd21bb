"""Tables in, DDL out."""

from nl2sql.prompt.ddl import quoted, table_ddl
from schema_index.schema import Column, DatabaseSchema, ForeignKey, Table

ITEMS = Table(
    schema="sales",
    name="order_items",
    comment="One line of an order\n-- and no more",
    primary_key=("order_id", "line"),
    unique_keys=(("order_id", "sku"), ("note",)),
    foreign_keys=(
        ForeignKey(columns=("order_id",), target_schema="public", target_table="Orders", target_columns=("id",)),
        ForeignKey(columns=("sku",), target_schema="public", target_table="elsewhere", target_columns=("sku",)),
    ),
    columns=(
        Column(name="order_id", type="integer", kind="integer", nullable=False),
        Column(name="line", type="smallint", kind="integer", nullable=False),
        Column(name="sku", type="character varying(20)", kind="text", comment="stock keeping unit"),
        Column(name="note", type="text", kind="text"),
        Column(name="user", type="text", kind="text", comment="who"),
    ),
)
ORDERS = Table(
    schema="public",
    name="Orders",
    kind="view",
    primary_key=("id",),
    columns=(Column(name="id", type="integer", kind="integer", nullable=False),),
)
SCHEMA = DatabaseSchema.of("postgres", "public", [ITEMS, ORDERS])
NEIGHBOURS = [("sales", "order_items"), ("public", "Orders")]


def test_everything_that_a_statement_may_need() -> None:
    ddl = table_ddl(ITEMS, within=SCHEMA, neighbours=NEIGHBOURS, values={"sku": ["A'1", "B\n2"]})
    assert ddl == (
        "CREATE TABLE sales.order_items (  -- One line of an order -- and no more\n"
        "  order_id integer NOT NULL,\n"
        "  line smallint NOT NULL,\n"
        "  sku character varying(20),  -- stock keeping unit; stored values: 'A''1', 'B 2'\n"
        "  note text UNIQUE,\n"
        '  "user" text,  -- who\n'
        "  PRIMARY KEY (order_id, line),\n"
        "  UNIQUE (order_id, sku),\n"
        '  FOREIGN KEY (order_id) REFERENCES "Orders" (id)\n'
        ");\n"
    )


def test_a_view_in_the_default_schema() -> None:
    ddl = table_ddl(ORDERS, within=SCHEMA, neighbours=NEIGHBOURS, values={})
    assert ddl == 'CREATE VIEW "Orders" (\n  id integer PRIMARY KEY\n);\n'


def test_terse_and_with_fewer_columns() -> None:
    ddl = table_ddl(
        ITEMS, within=SCHEMA, neighbours=NEIGHBOURS, values={"sku": ["A"]}, columns={"order_id", "line"}, terse=True
    )
    assert ddl == (
        "CREATE TABLE sales.order_items (\n"
        "  order_id integer NOT NULL,\n"
        "  line smallint NOT NULL,\n"
        "  PRIMARY KEY (order_id, line),\n"
        '  FOREIGN KEY (order_id) REFERENCES "Orders" (id)\n'
        ");  -- 3 more columns are not shown\n"
    )


def test_names_are_quoted_where_the_dialect_needs_it() -> None:
    names = ("plain", "Mixed", "order", "two words", 'a"b', "a`b", "größe")
    assert [quoted(name, dialect="postgres") for name in names] == [
        "plain", '"Mixed"', '"order"', '"two words"', '"a""b"', '"a`b"', '"größe"',
    ]  # fmt: skip
    assert [quoted(name, dialect="mysql") for name in names] == [
        "plain", "Mixed", "`order`", "`two words`", '`a"b`', "`a``b`", "`größe`",
    ]  # fmt: skip


def test_an_enumerated_type_shows_what_it_allows() -> None:
    state = Column(name="state", type="state", kind="text", comment="of it", enum_values=("new", "it's", *"abcdefgh"))
    table = Table(schema="public", name="t", columns=(state,))
    ddl = table_ddl(table, within=SCHEMA, neighbours=[], values={"state": ["new"]})
    assert ddl == (
        "CREATE TABLE t (\n  state state  -- of it; one of: 'new', 'it''s', 'a', 'b', 'c', 'd', 'e', 'f', …;"
        " stored values: 'new'\n);\n"
    )
