"""Deletes audit events that are past their time, as the tables' owner: the application role may not."""

from datetime import timedelta
from uuid import UUID

from django.db import OperationalError

from tenants.context import owner_transaction

# The database's clock, since what it deletes is gone. Nothing is locked: the table has no policy for updates, without
# which row-level security shows no row to lock; of two who delete a row, one finds it gone.
_DELETE = """
DELETE FROM tenants_auditevent WHERE id IN (
    SELECT id FROM tenants_auditevent WHERE tenant_id = %(tenant)s AND at < now() - make_interval(days => %(days)s)
    ORDER BY at LIMIT %(limit)s
)
"""


def delete_old_events(tenant_id: UUID, *, kept: timedelta, limit: int) -> int | None:
    """At most `limit` of those older than `kept`; how many. None where the owner cannot connect from here."""
    try:
        with owner_transaction(tenant_id) as cursor:
            cursor.execute(_DELETE, {"tenant": tenant_id, "days": kept.days, "limit": limit})
            return int(cursor.rowcount)
    except OperationalError:
        return None
