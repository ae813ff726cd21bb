"""The child's side of reading a file: limits of its own process, JSON frames on its output, rows in bounded batches.

Imported by the children alone, which run with the standard library and without site packages.
"""

import json
import resource
import signal
import sys
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

# Every call of a child waits for its imports, and `typing` is a tenth of them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_FILES = 32
"""Files a child may have open: the database, what the engine keeps beside it, and its own libraries while they load."""

BATCH_BYTES = 256 * 1024

IDLE_S = 20
"""How long a child waits for another question about its file before it ends."""

MAX_GROWN = 128 * 1024 * 1024
"""Bytes that a child may hold on to and be asked again: what it has not given back another statement would lack."""

Frame = dict[str, "Any"]


class TooLarge(Exception):
    """The result passed its byte cap."""


class EngineError(Exception):
    """The engine's own complaint: its `code` and, for what may be shown in parts, its words."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.frame: Frame = {"error": "engine", "code": code, "message": message}


def serve(answer: Callable[[Frame], Iterator[Frame]]) -> None:
    """Answer requests of standard input with frames, the last of each is `end` or an `error`. After an error, when it
    has grown, or when none comes, the process ends; `stays` says whether it waits for another."""
    while line := sys.stdin.buffer.readline():
        signal.alarm(0)
        if not _is_answered(answer, json.loads(line)):
            return
        stays = _resident() < MAX_GROWN
        if stays:
            signal.alarm(IDLE_S)  # whose default is to end the process
        send({"end": True, "stays": stays})
        if not stays:
            return


def _resident() -> int:
    """Bytes; 0 where the system has no such file. The most that a process has held, which systems tell too, begins
    with its parent's."""
    with suppress(FileNotFoundError), open("/proc/self/statm") as file:  # noqa: PTH123  one import less
        return int(file.read().split()[1]) * resource.getpagesize()
    return 0


def _is_answered(answer: Callable[[Frame], Iterator[Frame]], request: Frame) -> bool:
    try:
        for frame in answer(request):
            send(frame)
    except TooLarge:
        send({"error": "too_large"})
    except MemoryError:
        send({"error": "memory"})
    except UnicodeError:
        send(EngineError("").frame)
    except EngineError as error:
        send(error.frame)
    else:
        return True
    return False


def send(frame: Frame) -> None:
    sys.stdout.buffer.write(json.dumps(frame, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def limit_process(limits: Mapping[int, int]) -> None:
    """`limits` by resource; core files are never written."""
    for kind, value in {resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: MAX_FILES, **limits}.items():
        _, hard = resource.getrlimit(kind)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # macOS does not let a process bound its memory; the engine's own limit holds there.
        with suppress(*((ValueError,) if sys.platform == "darwin" else ())):
            resource.setrlimit(kind, (bound, bound))


def batches(rows: Iterable[Iterable["Any"]], request: Frame) -> Iterator[Frame]:
    """As many rows as are asked for, in frames that say at last whether more existed. Raises TooLarge."""
    batch: list[list[Any]] = []
    total = pending = 0
    for number, row in enumerate(rows):
        if number == request["max_rows"]:
            yield {"rows": batch, "truncated": True}
            return
        size = sum(map(text_size, row))
        total += size
        pending += size
        if total > request["max_bytes"]:
            raise TooLarge
        batch.append([transported(value) for value in row])
        if pending > BATCH_BYTES:
            yield {"rows": batch, "truncated": False}
            batch, pending = [], 0
    yield {"rows": batch, "truncated": False}


def text_size(value: object) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, bytes):
        return len(value)
    return len(str(value)) if isinstance(value, list | tuple | dict) else 8


def transported(value: "Any") -> "Any":
    """As JSON; what JSON has no form for becomes an object that names its type, as `FileConnector` reads it."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case bytes() | bytearray() | memoryview():
            return {"bytes": b2a_base64(value, newline=False).decode()}
        case list() | tuple():
            return {"list": [transported(item) for item in value]}
        case dict():
            return {"dict": [[transported(key), transported(item)] for key, item in value.items()]}
        case _:
            return _named(value)


def _named(value: "Any") -> "Any":
    name = type(value).__name__
    if name == "timedelta":
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    return {name: value.isoformat() if hasattr(value, "isoformat") else str(value)}
