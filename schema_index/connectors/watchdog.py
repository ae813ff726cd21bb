"""Stopping a session from outside: whatever a statement does to its own time limit, the caller gets away."""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

GRACE_S = 1.0
"""How long after the deadline a cancelled statement may take to notice before its socket is cut. Some of the
engines' functions do not look for interrupts for seconds; the caller does not wait for them."""


class Watchdog:
    """At the deadline `cancel` asks the server to stop; GRACE_S later the socket is shut down under the driver, which
    ends every wait of it. Without `cancel` the socket goes at the deadline itself.

    `cancel` raises nothing and returns within about GRACE_S.
    """

    def __init__(self, descriptor: int, *, deadline_s: float, cancel: Callable[[], None] | None = None) -> None:
        self.fired = False
        self._deadline_s = deadline_s
        self._cancel = cancel
        self._done = threading.Event()
        # A descriptor of our own: the driver may close its one while we are about to shut it down.
        self._socket = socket.socket(fileno=os.dup(descriptor))
        self._thread = threading.Thread(target=self._watch, name="target-deadline", daemon=True)

    def __enter__(self) -> "Watchdog":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join(2 * GRACE_S)
        self._socket.close()

    def _watch(self) -> None:
        if self._done.wait(self._deadline_s):
            return
        self.fired = True
        if self._cancel is not None:
            cut_at = time.monotonic() + GRACE_S
            self._cancel()
            if self._done.wait(max(0.0, cut_at - time.monotonic())):
                return
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
