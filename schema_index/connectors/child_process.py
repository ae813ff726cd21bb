"""Talking to the child that reads a file, and ending it: its output and its time are bounded here."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from schema_index.connectors.child_protocol import Frame
from schema_index.connectors.kept_children import Process, end, keep, take
from tenants.cancellation import NEVER, Cancellation

ROOT = Path(__file__).parents[2]
"""Where the child finds this package, whose `__init__` files are empty."""

START = (
    "import runpy, sys; sys.path += sys.argv[2:]; runpy.run_module(sys.argv[1], run_name='__main__', alter_sys=True)"
)

GRACE_S = 0.25
"""How long after the deadline the child may take to stop by itself: one progress check and one frame."""

CHUNK_BYTES = 1 << 16


class ChildKilled(Exception):
    """The child did not stop at its deadline."""


class ChildFailed(Exception):
    """The child ended without a closing frame (out of memory, a crash) or wrote more than it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A child's program, by its module, and the folders that it may import from beside the standard library's."""

    module: str
    folders: Sequence[Path] = (ROOT,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Of the whole conversation, or with `each_frame` of each frame by itself."""

    deadline_ms: int
    max_output: int
    each_frame: bool = False


def frames(
    request: Frame, *, child: Child, bounds: Bounds, file: str = "", cancellation: Cancellation = NEVER
) -> Iterator[Frame]:
    """The child's frames as they arrive, up to its `end` or `error`. Raises ChildKilled, ChildFailed.

    The child is a bare interpreter: no site packages, no environment, no open files of this process. When the iterator
    is closed it is gone, or waits for another request about the same `file`, where one is named; killed by a
    `cancellation`, it has failed.
    """
    key = (child.module, file)
    process = take(key, start=lambda: _started(child)) if file else _started(child)
    stays = False
    try:
        with cancellation.on_cancel(process.kill):
            for frame in _asked(process, request, bounds=bounds):
                stays = bool(file and frame.get("stays"))
                yield frame
    finally:
        # Stopped in the instant in which it answered, it is dying.
        if stays and not cancellation.is_cancelled:
            keep(process, key=key)
        else:
            end(process)


def _asked(process: Process, request: Frame, *, bounds: Bounds) -> Iterator[Frame]:
    assert process.stdin is not None
    assert process.stdout is not None
    text = json.dumps(request).encode() + b"\n"
    try:
        for line in _lines(process.stdin.fileno(), process.stdout.fileno(), text, bounds=bounds):
            frame: Frame = json.loads(line)
            yield frame
            if "end" in frame or "error" in frame:
                return
    except (BrokenPipeError, ValueError):
        raise ChildFailed from None
    raise ChildFailed


def _started(child: Child) -> Process:
    environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return subprocess.Popen(  # noqa: S603  # a fixed program; requests go through standard input
        [sys.executable, "-I", "-S", "-c", START, child.module, *map(str, child.folders)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=environment,
        # A terminal's interrupt goes to its whole group; when the child ends is for its reader to say.
        process_group=0,
    )


def _lines(request_end: int, answer_end: int, request: bytes, *, bounds: Bounds) -> Iterator[bytes]:
    """Complete lines until the pipe closes. The request is written as the child takes it, within the same deadline."""
    deadline = time.monotonic() + bounds.deadline_ms / 1000 + GRACE_S
    unsent = memoryview(request)
    os.set_blocking(request_end, False)
    total = 0
    pending: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(answer_end, selectors.EVENT_READ)
        selector.register(request_end, selectors.EVENT_WRITE)
        while True:
            remaining_s = deadline - time.monotonic()
            ready = {key.fd for key, _ in selector.select(remaining_s)} if remaining_s > 0 else set()
            if not ready:
                raise ChildKilled
            if request_end in ready:
                unsent = unsent[os.write(request_end, unsent) :]
                if not unsent:
                    selector.unregister(request_end)
            if answer_end not in ready:
                continue
            chunk = os.read(answer_end, CHUNK_BYTES)
            if not chunk:
                return
            total += len(chunk)
            if total > bounds.max_output:
                raise ChildFailed
            first, *others = chunk.split(b"\n")
            pending.append(first)
            for other in others:
                yield b"".join(pending)
                pending = [other]
                if bounds.each_frame:
                    deadline, total = time.monotonic() + bounds.deadline_ms / 1000 + GRACE_S, len(other)
