"""Deletes audit events that are past their time, as the tables' owner: the application role may not."""

from datetime import timedelta
from uuid import UUID

from django.db import OperationalError, connection

from tenants.context import owner_transaction
from tenants.models import AuditEvent

# The database's clock, since what it deletes is gone. Nothing is locked: the table has no policy for updates, without
# which row-level security shows no row to lock; of two who delete a row, one finds it gone.
_DELETE = """
DELETE FROM {table} WHERE id IN (
    SELECT id FROM {table} WHERE tenant_id = %(tenant)s AND at < now() - make_interval(days => %(days)s)
    ORDER BY at LIMIT %(limit)s
)
"""


def delete_old_events(tenant_id: UUID, *, kept: timedelta, limit: int) -> int | None:
    """At most `limit` of those older than `kept`; how many. None where the owner cannot connect from here."""
    table = connection.ops.quote_name(AuditEvent._meta.db_table)
    try:
        with owner_transaction(tenant_id) as cursor:
            cursor.execute(_DELETE.format(table=table), {"tenant": tenant_id, "days": kept.days, "limit": limit})
            return int(cursor.rowcount)
    except OperationalError:
        return None
