"""Rows are taken as they come and counted: n + 1 tells that there were more, bytes stop before memory does."""

from collections.abc import Iterable, Mapping
from typing import Any

from schema_index.connectors.base import Limits, ResultTooLarge


def collect(rows: Iterable[tuple[Any, ...]], *, limits: Limits) -> tuple[tuple[tuple[Any, ...], ...], bool]:
    """At most `limits.max_rows` rows, and whether more existed. Raises ResultTooLarge. Reads one row too many."""
    kept: list[tuple[Any, ...]] = []
    size = 0
    for row in rows:
        if len(kept) == limits.max_rows:
            return tuple(kept), True
        size += sum(map(text_size, row))
        if size > limits.max_bytes:
            raise too_large(limits)
        kept.append(row)
    return tuple(kept), False


def too_large(limits: Limits) -> ResultTooLarge:
    return ResultTooLarge(
        f"The result is larger than {limits.max_bytes:,} bytes. Ask for fewer rows or shorter columns.",
        max_bytes=limits.max_bytes,
    )


def text_size(value: object) -> int:
    """Roughly the bytes of the value's text; exact for text and bytes, which are what grows.

    A stack instead of recursion: JSON from a target database may nest as deep as it likes.
    """
    size = 0
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, Mapping):
            pending += [*item.keys(), *item.values()]
            size += 2
        elif isinstance(item, list | tuple):
            pending += item
            size += 2
        else:
            size += _plain_size(item)
    return size


def _plain_size(value: object) -> int:
    match value:
        case None:
            return 0
        case str():
            return len(value) if value.isascii() else len(value.encode(errors="surrogatepass"))
        case bytes():
            return len(value)
        case int():
            return value.bit_length() // 3 + 1
        case float():
            return 8
        case _:
            return len(str(value))
