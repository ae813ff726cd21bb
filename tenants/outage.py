"""Short outages of Querent's own database: it restarts, or a pooler or fail-over cuts the connection."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import InterfaceError, InternalError, OperationalError, connection

Found = TypeVar("Found")

MAY_BE_OUTAGE = (OperationalError, InterfaceError, InternalError)
"""What Django raises then, and `is_outage` decides."""

PAUSES_S = (0.1, 0.4, 1.0, 2.0, 4.0, 8.0)
"""Before each further try: a crashed server is back in seconds. Half of a run's lease, which nobody renews then."""

_log = structlog.stdlib.get_logger(__name__)


def is_outage(error: BaseException) -> bool:
    """Whether the database could not do it now; a full disk is among that. An internal error without a code is none of
    the server's: the connection was cut in the middle of a reply, which the driver could not read."""
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", None) is None
    return isinstance(error, OperationalError | InterfaceError)


def through_outage(work: Callable[[], Found]) -> Found:
    """What `work` returns, tried again while the database is out of reach. It opens its own transaction and must bear
    a second try after a commit whose word was lost. Inside an open transaction there is one try.

    Raises the last error.
    """
    for pause_s in (*PAUSES_S, None):
        try:
            return work()
        except MAY_BE_OUTAGE as error:
            if connection.in_atomic_block or not is_outage(error):
                raise
            connection.close()  # a broken one would fail whatever comes next
            if pause_s is None:
                raise
            _log.warning("the database is out of reach", kind=type(error).__name__, again_after_s=pause_s)
        time.sleep(pause_s)
    raise AssertionError("unreachable")
