"""Reading MySQL's values and their kinds: what does not fit Python's types arrives as the engine's text."""

import json
from collections.abc import Mapping
from typing import Any

from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions, convert_time

from schema_index.schema import ColumnKind

BINARY_CHARSET = 63
"""Collation `binary`: the column holds bytes, though its type is one of text."""


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _bits(data: bytes) -> int:
    return int.from_bytes(data)


DECODERS: dict[Any, Any] = {
    **conversions,
    FIELD_TYPE.TIME: convert_time,
    FIELD_TYPE.JSON: _json,
    FIELD_TYPE.BIT: _bits,
}
"""TIME is a length of time up to 838 hours; within a day it is a time of day, beyond it text."""

_KINDS: Mapping[int, ColumnKind] = {
    FIELD_TYPE.TINY: "integer",
    FIELD_TYPE.SHORT: "integer",
    FIELD_TYPE.INT24: "integer",
    FIELD_TYPE.LONG: "integer",
    FIELD_TYPE.LONGLONG: "integer",
    FIELD_TYPE.YEAR: "integer",
    FIELD_TYPE.BIT: "integer",
    FIELD_TYPE.FLOAT: "number",
    FIELD_TYPE.DOUBLE: "number",
    FIELD_TYPE.DECIMAL: "number",
    FIELD_TYPE.NEWDECIMAL: "number",
    FIELD_TYPE.DATE: "date",
    FIELD_TYPE.NEWDATE: "date",
    FIELD_TYPE.DATETIME: "timestamp",
    FIELD_TYPE.TIMESTAMP: "timestamp",
    FIELD_TYPE.TIME: "time",
    FIELD_TYPE.JSON: "json",
}

_TEXTS = {
    FIELD_TYPE.VARCHAR,
    FIELD_TYPE.VAR_STRING,
    FIELD_TYPE.STRING,
    FIELD_TYPE.ENUM,
    FIELD_TYPE.SET,
    FIELD_TYPE.TINY_BLOB,
    FIELD_TYPE.MEDIUM_BLOB,
    FIELD_TYPE.LONG_BLOB,
    FIELD_TYPE.BLOB,
}


def field_kind(type_code: int, *, charset: int) -> ColumnKind:
    """Of a result's column, from the protocol's type and character set."""
    if type_code in _TEXTS:
        return "binary" if charset == BINARY_CHARSET else "text"
    return _KINDS.get(type_code, "other")
