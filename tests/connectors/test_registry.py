import pytest

from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.registry import DialectUnsupported, engine_of


def test_a_dialect_without_connector_says_which_there_are() -> None:
    with pytest.raises(DialectUnsupported) as caught:
        engine_of("oracle")

    assert caught.value.message == "Databases of kind oracle cannot be connected; use postgres, mysql, sqlite, duckdb."


@pytest.mark.parametrize(
    ("include", "exclude", "included"),
    [
        ((), (), ["public", "sales_eu", "tmp_1"]),
        (("sales*",), (), ["sales_eu"]),
        ((), ("tmp*",), ["public", "sales_eu"]),
        (("*",), ("tmp*", "public"), ["sales_eu"]),
    ],
)
def test_schema_patterns(include: tuple[str, ...], exclude: tuple[str, ...], included: list[str]) -> None:
    config = ConnectionConfig(include_schemas=include, exclude_schemas=exclude)

    assert [schema for schema in ("public", "sales_eu", "tmp_1") if config.includes(schema, "t")] == included


def test_a_table_passes_its_schema_and_its_own_patterns() -> None:
    config = ConnectionConfig(
        include_schemas=("sales",), include_tables=("*.order*", "other.*"), exclude_tables=("sales.*_old",)
    )
    names = [("sales", "orders"), ("sales", "orders_old"), ("sales", "people"), ("other", "orders")]

    assert [name for name in names if config.includes(*name)] == [("sales", "orders")]
