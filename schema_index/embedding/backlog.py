"""Measures how many texts of all tenants wait for their vectors, and for how long."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from schema_index.embedding.spaces import live_spaces
from schema_index.indexing.chunks import pending
from schema_index.metrics import LAG, MEASURED_AT, WAITING
from tenants.context import tenant_transaction
from tenants.models import Tenant


def measure_backlog(tenants: Iterable[Tenant]) -> None:
    """Two statements for each space that a tenant is served from or moves to."""
    now = timezone.now()
    waiting, oldest = 0, now
    for tenant in tenants:
        for count, since in _backlog(tenant):
            waiting, oldest = waiting + count, min(oldest, since or now)
    WAITING.set(waiting)
    LAG.set((now - oldest).total_seconds())
    MEASURED_AT.set(now.timestamp())


def _backlog(tenant: Tenant) -> list[tuple[int, datetime | None]]:
    spaces = live_spaces(tenant.id)
    with tenant_transaction(tenant.id):
        left = [pending(space) for space in spaces]
        return [(texts.count(), texts.values_list("updated_at", flat=True).first()) for texts in left]
