"""What a question can do with a column, from what PostgreSQL says about its type."""

from collections.abc import Mapping

from psycopg.postgres import types

from schema_index.schema import ColumnKind

_POSTGRES_TYPES: Mapping[str, ColumnKind] = {
    **dict.fromkeys(("int2", "int4", "int8", "oid"), "integer"),
    **dict.fromkeys(("float4", "float8", "numeric"), "number"),
    **dict.fromkeys(("char", "name", "text", "bpchar", "varchar", "citext"), "text"),
    **dict.fromkeys(("timestamp", "timestamptz"), "timestamp"),
    **dict.fromkeys(("time", "timetz"), "time"),
    **dict.fromkeys(("json", "jsonb"), "json"),
    "bool": "boolean",
    "date": "date",
    "bytea": "binary",
}

_POSTGRES_CATEGORIES: Mapping[str, ColumnKind] = {"B": "boolean", "E": "text", "S": "text"}
"""pg_type.typcategory, for what users and extensions define: enums and string types. Numbers and dates of their own
making need not add up or sort like ours, so they stay `other`."""

_CHAR, _UNKNOWN = 18, 705

POSTGRES_OIDS: Mapping[int, ColumnKind] = {
    **{known.oid: _POSTGRES_TYPES[known.name] for known in types if known.name in _POSTGRES_TYPES},
    **dict.fromkeys((_CHAR, _UNKNOWN), "text"),
}
"""Oids of PostgreSQL's own types never change between versions: the driver knows them, but for two."""

FIRST_USER_OID = 16_384
"""Oids below are built in (FirstNormalObjectId, src/include/access/transam.h)."""


def postgres_kind(type_name: str, *, category: str) -> ColumnKind:
    """From pg_type's `typname` (a domain's base type) and `typcategory`."""
    return _POSTGRES_TYPES.get(type_name) or _POSTGRES_CATEGORIES.get(category, "other")
