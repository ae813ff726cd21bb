"""Talking to the child that reads a SQLite file, and ending it: its output and its time are bounded here."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

CHILD = Path(__file__).with_name("sqlite_child.py")

GRACE_S = 0.25
"""How long after the deadline the child may take to stop by itself: one progress check and one frame."""

KILL_WAIT_S = 5.0
"""A killed process goes at once, unless a network file system holds it in the kernel."""

CHUNK_BYTES = 1 << 16

Frame = dict[str, Any]


class ChildKilled(Exception):
    """The child did not stop at its deadline."""


class ChildFailed(Exception):
    """The child ended without a closing frame (out of memory, a crash) or wrote more than it may."""


def frames(request: Frame, *, deadline_ms: int, max_output: int) -> Iterator[Frame]:
    """The child's frames as they arrive, up to its `end` or `error`. Raises ChildKilled, ChildFailed.

    The child is a bare interpreter: no site packages, no environment, no open files of this process.
    """
    deadline = time.monotonic() + deadline_ms / 1000 + GRACE_S
    environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    process = subprocess.Popen(  # noqa: S603  # a fixed program; the request goes through standard input
        [sys.executable, "-I", "-S", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=environment,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        try:
            # A request is far smaller than what a pipe holds or the child reads at once.
            process.stdin.write(json.dumps(request).encode() + b"\n")
            for line in _lines(process.stdout.fileno(), deadline=deadline, max_output=max_output):
                frame: Frame = json.loads(line)
                yield frame
                if "end" in frame or "error" in frame:
                    return
        except (BrokenPipeError, ValueError):
            raise ChildFailed from None
        finally:
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(KILL_WAIT_S)
    raise ChildFailed


def _lines(descriptor: int, *, deadline: float, max_output: int) -> Iterator[bytes]:
    """Complete lines until the pipe closes."""
    total = 0
    pending: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            remaining_s = deadline - time.monotonic()
            if remaining_s <= 0 or not selector.select(remaining_s):
                raise ChildKilled
            chunk = os.read(descriptor, CHUNK_BYTES)
            if not chunk:
                return
            total += len(chunk)
            if total > max_output:
                raise ChildFailed
            first, *others = chunk.split(b"\n")
            pending.append(first)
            for other in others:
                yield b"".join(pending)
                pending = [other]
