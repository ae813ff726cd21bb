"""A word to stop, said in one thread and heard at once in others: by a person's Stop, or by a deadline."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from tenants.domain_error import DomainError

Reason = Literal["cancelled", "deadline_exceeded"]


class Cancelled(DomainError):
    """Whoever asked, or whoever may, stopped the work: ask again. Nothing of it goes on."""

    code = "cancelled"


class DeadlineExceeded(Cancelled):
    """The work as a whole took longer than its deadline and was stopped: ask for less, or allow it more time."""

    code = "deadline_exceeded"


class Cancellation:
    """One for each piece of work, shared by all threads that do it. Nobody polls: waits are woken.

    `deadline_ms` counts from here; None is no deadline.
    """

    def __init__(self, *, deadline_ms: int | None = None) -> None:
        self._ends_at = None if deadline_ms is None else time.monotonic() + deadline_ms / 1000
        self._reason: Reason | None = None
        self._said = threading.Event()
        # Held while callbacks run, so that none runs once its block is left; a callback may leave its own block.
        self._lock = threading.RLock()
        self._callbacks: dict[object, Callable[[], None]] = {}

    def cancel(self, reason: Reason = "cancelled") -> None:
        """Heard once: a later reason changes nothing. Returns when every callback has run. Not for signal handlers,
        which may interrupt a thread that holds the lock of an event."""
        with self._lock:
            if self._reason is not None:
                return
            self._reason = reason
            self._said.set()
            for callback in list(self._callbacks.values()):
                callback()

    @property
    def reason(self) -> Reason | None:
        """None while the work may go on."""
        if self._reason is None and self.remaining_ms == 0:
            self.cancel("deadline_exceeded")
        return self._reason

    @property
    def is_cancelled(self) -> bool:
        return self.reason is not None

    @property
    def remaining_ms(self) -> int | None:
        """Until the deadline; None without one."""
        return None if self._ends_at is None else max(0, round((self._ends_at - time.monotonic()) * 1000))

    def raise_if_cancelled(self) -> None:
        """Raises Cancelled or DeadlineExceeded."""
        if self.reason == "deadline_exceeded":
            raise DeadlineExceeded("The question took longer than it may, and was stopped. Ask for less.") from None
        if self.is_cancelled:
            # Without what the stop has broken: a driver's own words may hold rows.
            raise Cancelled("The question was stopped.") from None

    def wait(self, seconds: float) -> None:
        """A sleep that ends early, by raising Cancelled or DeadlineExceeded."""
        remaining = self.remaining_ms
        self._said.wait(seconds if remaining is None else min(seconds, remaining / 1000))
        self.raise_if_cancelled()

    @contextmanager
    def on_cancel(self, callback: Callable[[], None]) -> Iterator[None]:
        """`callback` is called at once when the word is said inside the block, or was said before. Only in the block.

        It runs in the thread that cancels, so it must be short, wait for nobody and raise nothing.
        """
        key = object()
        with self._lock:
            already = self.is_cancelled
            if not already:
                self._callbacks[key] = callback
        if already:
            callback()
        timer = self._timer()
        try:
            yield
        finally:
            if timer is not None:
                timer.cancel()
            with self._lock:
                self._callbacks.pop(key, None)

    def _timer(self) -> threading.Timer | None:
        remaining = self.remaining_ms
        if remaining is None or self.is_cancelled:
            return None
        timer = threading.Timer(remaining / 1000, self.cancel, ("deadline_exceeded",))
        timer.daemon = True
        timer.start()
        return timer


class _Never(Cancellation):
    """Of work that nobody can stop; shared, so it keeps nothing."""

    def cancel(self, reason: Reason = "cancelled") -> None:
        raise RuntimeError("NEVER is shared: give the work a Cancellation of its own")

    @contextmanager
    def on_cancel(self, callback: Callable[[], None]) -> Iterator[None]:
        yield


NEVER: Cancellation = _Never()
