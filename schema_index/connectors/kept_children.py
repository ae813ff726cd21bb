"""Children that have answered and wait for another question about the same file: to start one costs more than a query.

One serves a single file all its life, so that whatever a file's owner made of it stays with that file; it opens the
file anew for each question. One that failed, was stopped or grew large is not kept. A child ends by itself when nobody
asks for `IDLE_S`, or when this process has gone.
"""

import atexit
import os
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from schema_index.connectors.child_protocol import IDLE_S

MAX_KEPT = 4
"""Of one process: each holds 15 MB (SQLite) to 70 MB (DuckDB)."""

FRESH_S = IDLE_S / 2
"""Longer, and it might end while it is being asked."""

KILL_WAIT_S = 5.0
"""A killed process goes at once, unless a network file system holds it in the kernel."""

Process = subprocess.Popen[bytes]
Key = tuple[str, ...]
"""Of the program and the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    key: Key
    process: Process
    since: float = field(default_factory=time.monotonic)
    # A fork of this process has the same pipes, and must not ask.
    owner: int = field(default_factory=os.getpid)

    def is_fresh(self) -> bool:
        return time.monotonic() - self.since < FRESH_S and self.process.poll() is None


_lock = threading.Lock()
_waiting: list[_Kept] = []


def take(key: Key, *, start: Callable[[], Process]) -> Process:
    """One that waits, or a new one. It is the caller's, to `keep` or to `end`."""
    with _lock:
        own = [one for one in _waiting if one.owner == os.getpid()]
        found = next((one for one in reversed(own) if one.key == key and one.is_fresh()), None)
        over = [one for one in own if one is not found and not one.is_fresh()]
        _waiting[:] = [one for one in own if one is not found and one not in over]
    for one in over:
        end(one.process)
    return start() if found is None else found.process


def keep(process: Process, *, key: Key) -> None:
    with _lock:
        _waiting.append(_Kept(key=key, process=process))
        over = _waiting[:-MAX_KEPT]
        del _waiting[:-MAX_KEPT]
    for one in over:
        end(one.process)


def end(process: Process) -> None:
    """Kills it, and closes what leads to it."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(KILL_WAIT_S)


def end_all() -> None:
    with _lock:
        over = [one for one in _waiting if one.owner == os.getpid()]
        _waiting.clear()
    for one in over:
        end(one.process)


atexit.register(end_all)
