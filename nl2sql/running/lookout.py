"""One thread a process that looks at many runs at once: a thread or a poll for each of them would keep the database
busier than the questions do."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar
from uuid import UUID

import structlog
from django.db import Error, connection

Entry = TypeVar("Entry")

IDLE = 9
"""So many times as long as it looked, the thread waits before it looks again: looking takes a tenth of its time. A look
at two hundred runs takes some thirty milliseconds, and whoever waits among so many waits for seconds."""

MAX_PAUSE_S = 0.5
"""A look may have waited itself, for a database that was away: who is to be stopped or told waits no longer for it."""

LEAVE_S = 2.0
"""How long the last to leave waits for a look under way."""

_log = structlog.stdlib.get_logger(__name__)


class Lookout(Generic[Entry]):
    """Calls `look(tenant_id, entries)` for each tenant with entries, every `pause_s` seconds, first after one.
    The thread lives while there are entries. A database out of reach is looked for again the next time."""

    def __init__(self, name: str, look: Callable[[UUID, Sequence[Entry]], None], *, pause_s: float) -> None:
        self._name, self._look, self._pause_s = name, look, pause_s
        self._lock = threading.Lock()
        self._entries: dict[object, tuple[UUID, Entry]] = {}
        self._left = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def taking_part(self, tenant_id: UUID, entry: Entry) -> Iterator[None]:
        """While the block lasts, the entry is looked at."""
        place = object()
        with self._lock:
            self._entries[place] = (tenant_id, entry)
            if self._thread is None:
                self._left.clear()
                self._thread = threading.Thread(target=self._go, name=self._name, daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            self._leave(place)

    def _leave(self, place: object) -> None:
        with self._lock:
            del self._entries[place]
            thread = None if self._entries else self._thread
            if thread is not None:
                self._left.set()
        if thread is not None:
            thread.join(LEAVE_S)

    def _go(self) -> None:
        pause = self._pause_s
        try:
            while True:
                self._left.wait(pause)
                tenants = self._next()
                if tenants is None:
                    return
                started = time.monotonic()
                for tenant_id, entries in tenants.items():
                    self._look_at(tenant_id, entries)
                pause = max(self._pause_s, min(MAX_PAUSE_S, IDLE * (time.monotonic() - started)))
        finally:
            connection.close()
            with self._lock:
                # After a bug, which Python reports, whoever comes next starts another.
                if self._thread is threading.current_thread():
                    self._thread = None

    def _next(self) -> dict[UUID, list[Entry]] | None:
        """None ends the thread: whoever comes afterwards starts another."""
        with self._lock:
            if not self._entries:
                self._thread = None
                return None
            self._left.clear()
            tenants = defaultdict(list)
            for tenant_id, entry in self._entries.values():
                tenants[tenant_id].append(entry)
            return tenants

    def _look_at(self, tenant_id: UUID, entries: Sequence[Entry]) -> None:
        try:
            self._look(tenant_id, entries)
        except Error as error:
            _log.warning("runs could not be looked at", thread=self._name, kind=type(error).__name__)
            connection.close()
