"""Stopping a session from outside: whatever a statement does to its own time limit, the caller gets away."""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from tenants.cancellation import NEVER, Cancellation

GRACE_S = 1.0
"""How long after the deadline a cancelled statement may take to notice before its socket is cut. Some of the
engines' functions do not look for interrupts for seconds; the caller does not wait for them."""

STOP_GRACE_S = 0.4
"""The same for a statement that a person stopped, who is away within a second."""


class Watchdog:
    """At the deadline `cancel` asks the server to stop; GRACE_S later the socket is shut down under the driver, which
    ends every wait of it. Without `cancel` the socket goes at the deadline itself. A `cancellation` is as a deadline
    that has come, with less patience.

    `cancel` is given the seconds it may take, more or less, and raises nothing.
    """

    def __init__(
        self,
        descriptor: int,
        *,
        deadline_s: float,
        cancel: Callable[[float], None] | None = None,
        cancellation: Cancellation = NEVER,
    ) -> None:
        self.fired = False
        self._deadline_s = deadline_s
        self._cancel = cancel
        self._cancellation = cancellation
        self._woken = threading.Event()
        self._done = threading.Event()
        # A descriptor of our own: the driver may close its one while we are about to shut it down.
        self._socket = socket.socket(fileno=os.dup(descriptor))
        self._thread = threading.Thread(target=self._watch, name="target-deadline", daemon=True)

    def __enter__(self) -> "Watchdog":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._woken.set()
        self._thread.join(2 * GRACE_S)
        self._socket.close()

    def _watch(self) -> None:
        with self._cancellation.on_cancel(self._woken.set):
            self._woken.wait(self._deadline_s)
        if self._done.is_set():
            return
        self.fired = True
        grace_s = STOP_GRACE_S if self._cancellation.is_cancelled else GRACE_S
        if self._cancel is not None:
            cut_at = time.monotonic() + grace_s
            self._cancel(grace_s)
            if self._done.wait(max(0.0, cut_at - time.monotonic())):
                return
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
