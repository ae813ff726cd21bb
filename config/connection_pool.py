"""Connections to Querent's own database that the threads of a process hand on to each other.

To open one costs more than a statement or twenty (a password is proven by thousands of digests, on both sides), and a
question would need four. For processes of many threads that do not fork: the web process beside separate workers, and
workers with `--pool threads`.
"""

from typing import Any

from django.conf import settings

MAX_IDLE_S = 60.0
WAIT_S = 30.0
"""For a connection, as PgBouncer waits for one of its own: a burst of questions opens them one after another, and on a
busy machine each takes a while."""

RECONNECT_S = 5.0
"""How long one try to reach a database that is away goes on; whoever asks next begins another."""


def share_connections(*, at_once: int) -> None:
    """To be called before the first connection. `at_once` is how many threads may want one: none waits for another."""
    database: dict[str, Any] = settings.DATABASES["default"]
    # In place: Django has these very dictionaries already. Whether a connection still works, `tenants.postgres` sees.
    database["OPTIONS"] = {
        **database.get("OPTIONS", {}),
        "pool": {
            "min_size": 1,
            "max_size": at_once,
            "max_idle": MAX_IDLE_S,
            "timeout": WAIT_S,
            "reconnect_timeout": RECONNECT_S,
        },
    }
