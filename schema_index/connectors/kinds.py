"""What a question can do with a column, from what each engine says about its type."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

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


_MYSQL_TYPES: Mapping[str, ColumnKind] = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "year", "bit"), "integer"),
    **dict.fromkeys(("decimal", "float", "double"), "number"),
    **dict.fromkeys(("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"), "text"),
    **dict.fromkeys(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"), "binary"),
    "date": "date",
    "datetime": "timestamp",
    "timestamp": "timestamp",
    "time": "time",
    "json": "json",
}


def mysql_kind(data_type: str, *, column_type: str) -> ColumnKind:
    """From information_schema's DATA_TYPE and COLUMN_TYPE. BOOLEAN is stored as `tinyint(1)`, the one display width
    that newer servers still keep for its sake; some drivers store it as `bit(1)`."""
    if column_type.lower() in {"tinyint(1)", "bit(1)"}:
        return "boolean"
    return _MYSQL_TYPES.get(data_type.lower(), "other")


_SQLITE_WORDS: tuple[tuple[str, ColumnKind], ...] = (
    (r"BOOL", "boolean"),
    (r"TIMESTAMP|DATETIME", "timestamp"),
    (r"^DATE\b", "date"),
    (r"^TIME\b", "time"),
    (r"JSON", "json"),
    (r"INT(?!ERVAL)|SERIAL", "integer"),
    (r"CHAR|CLOB|TEXT|STRING|ENUM|UUID", "text"),
    (r"BLOB|BINARY|BYTEA", "binary"),
    (r"REAL|FLOA|DOUB|NUM|DEC|MONEY|CURRENCY", "number"),
)
"""Declared types are free text in SQLite: its affinity rules (datatype3.html §3.1) and the words people write."""


def sqlite_kind(declared: str) -> ColumnKind:
    """From the declared type; `other` when there is none or it says nothing."""
    name = declared.strip().upper()
    return next((kind for pattern, kind in _SQLITE_WORDS if re.search(pattern, name)), "other")


_DUCKDB_TYPES: Mapping[str, ColumnKind] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), "integer"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), "integer"),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), "number"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "timestamp"),
    "TIMESTAMP WITH TIME ZONE": "timestamp",
    "TIME": "time",
    "TIME WITH TIME ZONE": "time",
    "DATE": "date",
    "BOOLEAN": "boolean",
    "VARCHAR": "text",
    "ENUM": "text",
    "JSON": "json",
    "BLOB": "binary",
}


def duckdb_kind(type_name: str) -> ColumnKind:
    """From the type as the engine writes it, `DECIMAL(10,2)`; lists, structures and the like are `other`."""
    name, _, arguments = type_name.partition("(")
    return _DUCKDB_TYPES.get(name, "other") if not arguments or arguments.endswith(")") else "other"


def value_kind(values: Iterable[Any]) -> ColumnKind:
    """From a column's values, for engines whose results carry no types. `other` when mixed or all null."""
    kinds: set[ColumnKind] = {_kind_of(value) for value in values if value is not None}
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else "other"


def _kind_of(value: object) -> ColumnKind:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "text"
        case bytes():
            return "binary"
        case _:
            return "other"
