"""Threads of this process for questions that nobody's request waits for, where there are no separate workers.

A queue of messages would be looked at; this one wakes its thread. The threads are daemons: a process that is asked to
end does not wait for a model, and whoever looks at such a run next finds it interrupted.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue

from django.conf import settings
from django.db import connections
from opentelemetry import context

_waiting: "SimpleQueue[Callable[[], None]]" = SimpleQueue()
"""Bounded by the runs' deadlines: what waited longer is dropped when its turn comes."""

_lock = threading.Lock()
_threads: set[threading.Thread] = set()


def submit(work: Callable[[], None]) -> None:
    """Have it done soon, by one of `ASK_WORKERS` threads, as part of the trace that it is asked from."""
    asked_from = context.get_current()

    def traced() -> None:
        token = context.attach(asked_from)
        try:
            work()
        finally:
            context.detach(token)

    _waiting.put(traced)
    _start_another()


def _start_another() -> None:
    with _lock:
        if len(_threads) < settings.ENVIRONMENT.ask_workers:
            thread = threading.Thread(target=_work, name="ask", daemon=True)
            _threads.add(thread)
            thread.start()


def _work() -> None:
    """Until a bug ends the thread, which Python reports; another takes its place."""
    try:
        while True:
            try:
                _waiting.get()()
            finally:
                connections.close_all()
    finally:
        with _lock:
            _threads.discard(threading.current_thread())
        _start_another()
