"""One sync of a data source: who asked for it, how far it is, and what came of it."""

from django.db import models
from django.utils import timezone

from schema_index.models.of_source import OfSource
from tenants.clock import database_now


class SyncState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"


class SyncRun(OfSource):
    requested_by = models.CharField(max_length=100, help_text="The actor, as audit events name it.")
    state = models.CharField(max_length=16, choices=SyncState.choices, default=SyncState.QUEUED)
    done = models.PositiveIntegerField(default=0, help_text="Tables read.")
    total = models.PositiveIntegerField(default=0, help_text="Tables in all; 0 while it is not known.")
    current = models.TextField(blank=True, help_text="The table that was read last.")
    requested_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(default=timezone.now, help_text="When a worker was last asked for it.")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    alive_until = models.DateTimeField(null=True, blank=True, help_text="Running past it, its process has died.")
    error = models.TextField(blank=True)
    revision = models.PositiveIntegerField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True, help_text="Tables, unreadable ones, and changes by kind.")

    broken = models.JSONField(
        default=list,
        blank=True,
        db_default=models.Value([], output_field=models.JSONField()),  # for an older version that still serves
        help_text="Verified queries that what it found breaks, with the reason.",
    )

    class Meta(OfSource.Meta):
        ordering = ["-requested_at"]
        indexes = [models.Index(fields=["tenant", "source", "-requested_at"], name="sync_run_by_source")]

    def __str__(self) -> str:
        return f"{self.state_now} {self.requested_at:%Y-%m-%d %H:%M}"

    @property
    def state_now(self) -> str:
        """As it is to be shown: a run whose process died cannot say so itself."""
        until = self.alive_until if self.state == SyncState.RUNNING else None
        died = until is not None and until < database_now()
        return SyncState.INTERRUPTED.value if died else self.state

    @property
    def is_active(self) -> bool:
        return self.state_now in (SyncState.QUEUED, SyncState.RUNNING)
