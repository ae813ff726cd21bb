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

_INTEGERS = (FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG)
_NUMBERS = (FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE, FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL)
_KINDS: Mapping[int, ColumnKind] = {
    **dict.fromkeys((*_INTEGERS, FIELD_TYPE.YEAR, FIELD_TYPE.BIT), "integer"),
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys((FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE), "date"),
    **dict.fromkeys((FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP), "timestamp"),
    FIELD_TYPE.TIME: "time",
    FIELD_TYPE.JSON: "json",
}

_TEXTS = {
    *(FIELD_TYPE.VARCHAR, FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING, FIELD_TYPE.ENUM, FIELD_TYPE.SET),
    *(FIELD_TYPE.TINY_BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB, FIELD_TYPE.BLOB),
}


def field_kind(type_code: int, *, charset: int) -> ColumnKind:
    """Of a result's column, from the protocol's type and character set."""
    if type_code in _TEXTS:
        return "binary" if charset == BINARY_CHARSET else "text"
    return _KINDS.get(type_code, "other")
