"""Ctrl-C as the word to stop: the run ends as one that was stopped, instead of with the process."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tenants.cancellation import Cancellation


@contextmanager
def stopped_by_interrupt(cancellation: Cancellation) -> Iterator[None]:
    """The first interrupt inside the block cancels; a second one ends the process as it always would. Main thread only.

    The word is said in a thread: the handler may interrupt code that holds the very locks it would need.
    """
    before = signal.getsignal(signal.SIGINT)

    def said(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        threading.Thread(target=cancellation.cancel, name="interrupt", daemon=True).start()

    signal.signal(signal.SIGINT, said)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
