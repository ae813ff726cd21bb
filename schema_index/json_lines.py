"""A file of JSON objects, one a line: all of them, or what is wrong with the first that are not right. Pure."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from tenants.domain_error import DomainError

SHOWN_PROBLEMS = 10

ReadT = TypeVar("ReadT")


class LinesInvalid(DomainError):
    """Some lines are not what is asked for; `message` names the first of them, and none was taken."""

    code = "invalid_request"


def read_lines(
    lines: Iterable[bytes], *, read: Callable[[dict[str, Any], int], ReadT], max_lines: int, max_line_bytes: int
) -> tuple[ReadT, ...]:
    """What `read` makes of each line's object and number; empty lines are passed over.

    `read` raises ValueError with what goes on after "line 3 ". Raises LinesInvalid.
    """
    found: list[ReadT] = []
    problems: list[str] = []
    for number, line in enumerate(lines, start=1):
        if number > max_lines:
            raise LinesInvalid(f"The file has more than {max_lines:,} lines: give it in parts.")
        if not line.strip():
            continue
        try:
            found.append(read(_object(line, max_bytes=max_line_bytes), number))
        except ValueError as error:
            problems.append(f"line {number} {error}")
    refuse(problems)
    return tuple(found)


def refuse(problems: Sequence[str]) -> None:
    """Raises LinesInvalid where there are any."""
    if problems:
        more = f"; and {len(problems) - SHOWN_PROBLEMS} more lines" if len(problems) > SHOWN_PROBLEMS else ""
        raise LinesInvalid(f"No line was taken: {'; '.join(problems[:SHOWN_PROBLEMS])}{more}.")


def _object(line: bytes, *, max_bytes: int) -> dict[str, Any]:
    if len(line) > max_bytes:
        raise ValueError(f"is longer than {max_bytes:,} bytes")
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("is no JSON") from None
    if not isinstance(given, dict):
        raise ValueError("is no object")
    return given
