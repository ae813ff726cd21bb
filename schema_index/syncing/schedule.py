"""Which sources are due for a sync. Needs an open scope; two who look at once never take the same source."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Q, Value

from schema_index.models import DataSource, SyncRun, SyncState
from schema_index.syncing import sync_runs

ACTOR = "system:schedule"

RESEND_AFTER = timedelta(minutes=5)
"""A queued run's message may have died with its process or broker; a second one does no harm."""


def request_due(*, now: datetime, send: Callable[[SyncRun], None]) -> int:
    """Have every source synced whose interval has passed; how many there were."""
    interval = ExpressionWrapper(F("sync_every") * Value(timedelta(minutes=1)), output_field=DurationField())
    never_or_long_ago = Q(sync_checked_at=None) | Q(sync_checked_at__lte=now - interval)
    due = DataSource.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        never_or_long_ago, sync_every__isnull=False
    )
    sources = list(due)
    for source in sources:
        DataSource.objects.filter(id=source.id).update(sync_checked_at=now)
        sync_runs.request(source, actor=ACTOR, send=send)
    return len(sources)


def resend_lost(*, now: datetime, send: Callable[[SyncRun], None]) -> None:
    """Ask again for runs that nobody has begun."""
    lost = SyncRun.objects.filter(state=SyncState.QUEUED, sent_at__lt=now - RESEND_AFTER)
    for run in lost.select_for_update(skip_locked=True, of=("self",)):
        SyncRun.objects.filter(id=run.id).update(sent_at=now)
        send(run)


def watched() -> list[DataSource]:
    """Sources whose DDL trigger is to be looked at."""
    return list(DataSource.objects.filter(watch_ddl=True).exclude(snapshot=None))
