"""A session with a server: read-only, bounded from inside and from outside, rolled back, closed."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import ClassVar, TypeVar

from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.outcomes import query_timeout
from schema_index.connectors.watchdog import Watchdog
from tenants.cancellation import NEVER, Cancellation
from tenants.domain_error import DomainError
from tenants.until_cancelled import until_cancelled

CONNECT_TIMEOUT_S = 10
"""Bound of reaching and entering the database; libpq counts whole seconds."""


class ServerSession(ABC):
    """Made connected, or raises DataSourceUnavailable. `statement` is kept to scrub the engine's messages with."""

    failures: ClassVar[tuple[type[Exception], ...]]
    """All that the driver raises."""

    statement = ""

    @property
    @abstractmethod
    def descriptor(self) -> int:
        """Of its socket."""

    @abstractmethod
    def begin(self, *, remaining_s: float) -> None:
        """The one read-only transaction, with the server's own limits."""

    @abstractmethod
    def stop(self, within_s: float) -> None:
        """Has the server stop what it runs; called in another thread. Raises nothing."""

    @abstractmethod
    def roll_back(self) -> None:
        """Raises nothing."""

    @abstractmethod
    def close(self) -> None: ...

    @staticmethod
    @abstractmethod
    def translated(error: Exception, *, statement: str, timed_out: bool, deadline_ms: int) -> DomainError:
        """What to raise instead of the driver's error. `timed_out` says that our own deadline stopped the session,
        whatever the driver saw of it."""


SessionT = TypeVar("SessionT", bound=ServerSession)


@contextmanager
def read_only_session(
    connect: Callable[[ConnectionConfig], SessionT],
    config: ConnectionConfig,
    *,
    deadline_ms: int,
    cancellation: Cancellation = NEVER,
) -> Iterator[SessionT]:
    """A session that is gone, with whatever ran in it, at the deadline plus twice GRACE_S at the latest; or twice
    STOP_GRACE_S after it was cancelled.

    The deadline counts from here, connecting included (which alone may take CONNECT_TIMEOUT_S). Every error of the
    driver leaves as a DomainError: DataSourceUnavailable, DataSourceError, QueryTimeout, Cancelled.
    """
    if not config.address:
        raise ValueError("ConnectionConfig.address is empty: pass what check_target returned")
    deadline = time.monotonic() + deadline_ms / 1000
    session = until_cancelled(lambda: connect(config), cancellation=cancellation, discard=lambda late: late.close())
    remaining_s = max(0.001, deadline - time.monotonic())
    watchdog = Watchdog(session.descriptor, deadline_s=remaining_s, cancel=session.stop, cancellation=cancellation)
    with closing(session), watchdog:
        try:
            session.begin(remaining_s=remaining_s)
            yield session
        except session.failures as error:
            cancellation.raise_if_cancelled()
            raise session.translated(
                error, statement=session.statement, timed_out=watchdog.fired, deadline_ms=deadline_ms
            ) from None
        else:
            # MySQL ends a SLEEP() that is killed like one that is over.
            cancellation.raise_if_cancelled()
            if watchdog.fired or time.monotonic() >= deadline:
                raise query_timeout(deadline_ms)
        finally:
            session.roll_back()
