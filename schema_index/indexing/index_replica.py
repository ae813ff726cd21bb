"""Reads of the index by a replica, where one is set and has all that the primary has of the tenant.

A commit becomes visible on a streaming replica in the order of the primary's log. Every change of what questions read
counts the tenant's index version in its own transaction: a replica that shows the primary's number has the change too.
"""

import time
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import Error, connections

from schema_index.metrics import INDEX_READS
from schema_index.models import IndexVersion
from tenants.context import REPLICA, current_tenant_id, scope_connection, tenant_transaction

Found = TypeVar("Found")

REST_S = 5.0
"""For which a process leaves a replica alone that failed: else every question would wait for it."""

STATEMENT_S = 10
"""Of each statement on the replica. It may stand in the way of what the replica replays, and wait for it."""

_log = structlog.stdlib.get_logger(__name__)
_rests_until = 0.0

_VERSION = """
SELECT set_config('statement_timeout', %s, true),
       coalesce((SELECT version FROM schema_index_indexversion WHERE tenant_id = %s), 0)
"""


def read_index(tenant_id: UUID, read: Callable[[], Found]) -> Found:
    """What `read` finds in a scope that is opened for it. It only reads, and is called again where a replica fails."""
    if REPLICA in connections.settings:
        found, why = _from_replica(tenant_id, read)
        INDEX_READS.labels("primary" if why else "replica", why).inc()
        if not why:
            return found[0]
    with tenant_transaction(tenant_id):
        return read()


def _from_replica(tenant_id: UUID, read: Callable[[], Found]) -> tuple[list[Found], str]:
    """What was found, or nothing and why not."""
    if time.monotonic() < _rests_until:
        return [], "resting"
    try:
        with tenant_transaction(tenant_id):
            wanted = IndexVersion.objects.values_list("version", flat=True).first() or 0
        with tenant_transaction(tenant_id, using=REPLICA):
            if _replayed_version() < wanted:
                return [], "behind"
            return [read()], ""
    except Error as error:
        _let_rest(error)
        return [], "failed"


def _replayed_version() -> int:
    with scope_connection().cursor() as cursor:
        cursor.execute(_VERSION, [f"{STATEMENT_S}s", current_tenant_id()])
        return int(cursor.fetchone()[1])


def _let_rest(error: Error) -> None:
    global _rests_until  # noqa: PLW0603  one replica a process
    _rests_until = time.monotonic() + REST_S
    connections[REPLICA].close()
    _log.warning("the replica failed, the primary answers", kind=type(error).__name__, again_after_s=REST_S)
