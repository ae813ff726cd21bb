import pytest

from schema_index.connectors.postgres_kinds import postgres_kind
from schema_index.connectors.sqlite import value_kind
from schema_index.connectors.sqlite_catalogue import sqlite_kind


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("INTEGER", "integer"),
        ("unsigned big int", "integer"),
        ("BIGSERIAL", "integer"),
        ("INTERVAL", "other"),
        ("varchar(255)", "text"),
        ("NATIVE CHARACTER(70)", "text"),
        ("nvarchar", "text"),
        ("DOUBLE PRECISION", "number"),
        ("decimal(10,5)", "number"),
        ("MONEY", "number"),
        ("boolean", "boolean"),
        ("date", "date"),
        ("DATETIME", "timestamp"),
        ("timestamp with time zone", "timestamp"),
        ("TIME", "time"),
        ("JSONB", "json"),
        ("BLOB", "binary"),
        ("geometry", "other"),
        ("", "other"),
    ],
)
def test_declared_types_of_sqlite(declared: str, kind: str) -> None:
    assert sqlite_kind(declared) == kind


@pytest.mark.parametrize(
    ("name", "category", "kind"),
    [
        ("int8", "N", "integer"),
        ("numeric", "N", "number"),
        ("money", "N", "other"),
        ("mood", "E", "text"),
        ("citext", "S", "text"),
        ("geometry", "U", "other"),
        ("timestamptz", "D", "timestamp"),
        ("_int4", "A", "other"),
    ],
)
def test_types_of_postgres(name: str, category: str, kind: str) -> None:
    assert postgres_kind(name, category=category) == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, None, 2], "integer"),
        ([1, 2.5], "number"),
        (["a", 1], "other"),
        ([None], "other"),
        ([], "other"),
        ([b""], "binary"),
        ([True], "boolean"),
    ],
)
def test_kinds_of_values(values: list[object], kind: str) -> None:
    assert value_kind(values) == kind
