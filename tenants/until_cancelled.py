"""A wait that nothing can wake, left behind when its work is stopped."""

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from tenants.cancellation import NEVER, Cancellation

T = TypeVar("T")


def until_cancelled(
    work: Callable[[], T], *, cancellation: Cancellation, discard: Callable[[T], None] | None = None
) -> T:
    """The result of `work`, which is done in a thread of its own and left behind when it is cancelled: for waits that
    nothing can wake (looking up a name, dialling). What it returns too late goes to `discard`.

    `work` must end by itself within a bound of its own, and use no app database. Raises what it raises, or Cancelled.
    """
    if cancellation is NEVER:
        return work()
    cancellation.raise_if_cancelled()
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="until-cancelled")
    future = worker.submit(contextvars.copy_context().run, work)
    worker.shutdown(wait=False)
    over = threading.Event()
    future.add_done_callback(lambda _: over.set())
    with cancellation.on_cancel(over.set):
        over.wait()
    if future.done() and future.exception() is None:
        return future.result()
    if not future.done() and discard is not None:
        future.add_done_callback(_discarding(discard))
    cancellation.raise_if_cancelled()
    return future.result()


def _discarding(discard: Callable[[T], None]) -> Callable[[Future[T]], None]:
    def late(future: Future[T]) -> None:
        if future.exception() is None:
            discard(future.result())

    return late
