"""What a question can do with a column, from what PostgreSQL says about its type."""

from collections.abc import Mapping

from schema_index.schema import ColumnKind

_POSTGRES_TYPES: Mapping[str, ColumnKind] = {
    "int2": "integer",
    "int4": "integer",
    "int8": "integer",
    "oid": "integer",
    "float4": "number",
    "float8": "number",
    "numeric": "number",
    "bool": "boolean",
    "char": "text",
    "name": "text",
    "text": "text",
    "bpchar": "text",
    "varchar": "text",
    "citext": "text",
    "date": "date",
    "timestamp": "timestamp",
    "timestamptz": "timestamp",
    "time": "time",
    "timetz": "time",
    "json": "json",
    "jsonb": "json",
    "bytea": "binary",
    "money": "other",
    "interval": "other",
    "uuid": "other",
}

_POSTGRES_CATEGORIES: Mapping[str, ColumnKind] = {"B": "boolean", "E": "text", "S": "text"}
"""pg_type.typcategory, for what users and extensions define: enums and string types. Numbers and dates of their own
making need not add up or sort like ours, so they stay `other`."""

POSTGRES_OIDS: Mapping[int, ColumnKind] = {
    16: "boolean",
    17: "binary",
    18: "text",
    19: "text",
    20: "integer",
    21: "integer",
    23: "integer",
    25: "text",
    26: "integer",
    114: "json",
    700: "number",
    701: "number",
    705: "text",
    1042: "text",
    1043: "text",
    1082: "date",
    1083: "time",
    1114: "timestamp",
    1184: "timestamp",
    1266: "time",
    1700: "number",
    3802: "json",
}
"""Type oids of PostgreSQL's own types (src/include/catalog/pg_type.dat); they never change between versions."""

FIRST_USER_OID = 16_384
"""Oids below are built in (FirstNormalObjectId, src/include/access/transam.h)."""


def postgres_kind(type_name: str, *, category: str) -> ColumnKind:
    """From pg_type's `typname` (a domain's base type) and `typcategory`."""
    return _POSTGRES_TYPES.get(type_name) or _POSTGRES_CATEGORIES.get(category, "other")
