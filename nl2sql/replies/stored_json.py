"""JSON as PostgreSQL can store it. Pure."""

import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
REPLACEMENT = "\ufffd"


def storable(value: Any) -> Any:
    """`value` with U+FFFD for each null character and lone surrogate: neither text nor jsonb holds them, but a cell of
    a SQLite file or a model's answer may. Depth is bounded by what made the value.
    """
    match value:
        case str():
            return _UNSTORABLE.sub(REPLACEMENT, value)
        case dict():
            return {storable(name): storable(item) for name, item in value.items()}
        case list() | tuple():
            return [storable(item) for item in value]
        case _:
            return value
