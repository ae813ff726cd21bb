"""The schema as a value: its fingerprint, its JSON, and the part of it that may be seen."""

import hashlib
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from schema_index.schema import Column, DatabaseSchema, ForeignKey, Table, bounded_enum, plain
from schema_index.schema_json import from_json
from schema_index.syncing.diff import diff
from tests.unit.schema_index.schemas import FEW, database_schemas

ID = Column(name="id", type="integer", kind="integer")
REGION = Column(name="region", type="text", kind="text")
OWNER = Column(name="customer_id", type="integer", kind="integer")
SECRET = Column(name="margin", type="numeric", kind="number")
CUSTOMERS = Table(
    schema="main", name="customers", columns=(ID, REGION), primary_key=("id",), unique_keys=(("region", "id"), ("id",))
)
ORDERS = Table(
    schema="main",
    name="orders",
    columns=(ID, OWNER, REGION, SECRET),
    primary_key=("id",),
    foreign_keys=(
        ForeignKey(columns=("customer_id",), target_schema="main", target_table="customers", target_columns=("id",)),
        ForeignKey(
            columns=("region", "customer_id"),
            target_schema="main",
            target_table="customers",
            target_columns=("region", "id"),
        ),
    ),
)
SHOP = DatabaseSchema.of("sqlite", "main", [ORDERS, CUSTOMERS])


def _without(*hidden: str) -> DatabaseSchema:
    def allows(table: Table, column: Column | None) -> bool:
        return (table.name if column is None else f"{table.name}.{column.name}") not in hidden

    return SHOP.visible(allows=allows)


@FEW
@given(database_schemas())
def test_a_schema_survives_json(schema: DatabaseSchema) -> None:
    again = from_json(json.loads(json.dumps(plain(schema))))
    assert (again, again.fingerprint) == (schema, schema.fingerprint)


@FEW
@given(database_schemas(), st.randoms())
def test_the_order_of_introspection_does_not_count(schema: DatabaseSchema, random: st.DataObject) -> None:
    tables = list(schema.tables)
    random.shuffle(tables)  # type: ignore[attr-defined]  # a random.Random
    assert DatabaseSchema.of("postgres", "main", tables).fingerprint == schema.fingerprint


def test_every_part_counts_in_the_fingerprint() -> None:
    first = ORDERS.foreign_keys[0]
    variants = [
        SHOP,
        replace(SHOP, dialect="postgres"),
        replace(SHOP, default_schema="other"),
        *(
            DatabaseSchema.of("sqlite", "main", [table, CUSTOMERS])
            for table in (
                replace(ORDERS, schema="s"),
                replace(ORDERS, name="n"),
                replace(ORDERS, kind="view"),
                replace(ORDERS, comment="c"),
                replace(ORDERS, primary_key=("id", "region")),
                replace(ORDERS, unique_keys=(("id",),)),
                replace(ORDERS, foreign_keys=(first,)),
                replace(ORDERS, foreign_keys=(replace(first, target_columns=("region",)),)),
                replace(ORDERS, columns=ORDERS.columns[::-1]),
                *(
                    replace(ORDERS, columns=(column, *ORDERS.columns[1:]))
                    for column in (
                        replace(ID, name="n"),
                        replace(ID, type="bigint"),
                        replace(ID, kind="number"),
                        replace(ID, nullable=False),
                        replace(ID, comment="c"),
                        replace(ID, enum_values=("a",)),
                        replace(ID, enum_values=("a", "b")),
                        replace(ID, generated=True),
                    )
                ),
            )
        ),
    ]
    assert len({variant.fingerprint for variant in variants}) == len(variants)


def test_the_row_estimate_counts_nowhere() -> None:
    guessed = DatabaseSchema.of("sqlite", "main", [replace(ORDERS, row_estimate=7), CUSTOMERS])
    assert (guessed, guessed.fingerprint, diff(SHOP, guessed)) == (SHOP, SHOP.fingerprint, ())
    assert [table.row_estimate for table in from_json(plain(guessed)).tables] == [None, 7]


def test_a_description_without_the_rarer_parts_is_read_and_keeps_its_fingerprint() -> None:
    stored = json.loads(
        '{"dialect": "sqlite", "default_schema": "main", "tables": [{"schema": "main", "name": "t", "columns":'
        ' [{"name": "a", "type": "INT", "kind": "integer", "nullable": true, "comment": ""}], "kind": "table",'
        ' "primary_key": [], "unique_keys": [], "foreign_keys": [], "comment": ""}]}'
    )
    table = Table(schema="main", name="t", columns=(Column(name="a", type="INT", kind="integer"),))
    assert from_json(stored) == DatabaseSchema.of("sqlite", "main", [table])
    # SHA-256 of the line above with sorted keys and no spaces.
    text = json.dumps(stored, sort_keys=True, separators=(",", ":"))
    assert from_json(stored).fingerprint == hashlib.sha256(text.encode()).hexdigest()


def test_enums_are_bounded() -> None:
    assert bounded_enum(["a", "b" * 201, *map(str, range(200))]) == ("a", *map(str, range(99)))


def test_with_everything_allowed_everything_is_visible() -> None:
    assert _without() == SHOP


def test_a_hidden_column_takes_its_keys_along() -> None:
    customers, orders = _without("customers.region").tables
    assert customers == replace(CUSTOMERS, columns=(ID,), unique_keys=(("id",),))
    assert orders == replace(ORDERS, foreign_keys=ORDERS.foreign_keys[:1])


def test_a_hidden_key_column_leaves_no_key() -> None:
    customers, orders = _without("orders.customer_id", "customers.id").tables
    assert customers == replace(CUSTOMERS, columns=(REGION,), primary_key=(), unique_keys=())
    assert orders == replace(ORDERS, columns=(ID, REGION, SECRET), foreign_keys=())


def test_a_hidden_table_is_named_nowhere() -> None:
    visible = _without("customers")
    assert visible.tables == (replace(ORDERS, foreign_keys=()),)
    assert "customers" not in json.dumps(plain(visible))


def test_a_hidden_column_is_named_nowhere() -> None:
    assert "margin" not in json.dumps(plain(_without("orders.margin")))
