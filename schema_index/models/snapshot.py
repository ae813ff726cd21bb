"""What a data source contained at one sync, and what changed since the one before."""

from django.db import models

from schema_index.models.of_source import OfSource
from tenants.models import TenantOwned


class Snapshot(OfSource):
    revision = models.PositiveIntegerField(help_text="1, 2, 3… of one source.")
    fingerprint = models.CharField(max_length=64)
    description = models.JSONField(help_text="The DatabaseSchema as JSON.")
    unreadable = models.JSONField(default=list, help_text="Relations that could not be read, with the reason.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(OfSource.Meta):
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "source", "revision"], name="snapshot_revision_once_per_source")
        ]

    def __str__(self) -> str:
        return f"revision {self.revision}"


class SchemaChange(TenantOwned):
    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveIntegerField(default=0, help_text="In the canonical order of the snapshot's changes.")
    kind = models.CharField(max_length=32)
    table = models.TextField(blank=True, help_text="schema.table, as it is now; empty of the database as a whole.")
    column = models.TextField(blank=True)
    former = models.TextField(blank=True, help_text="Of what was renamed: schema.table, or the column's name alone.")
    detail = models.TextField(blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-snapshot__revision", "place"]
        indexes = [models.Index(fields=["tenant", "snapshot"], name="schema_change_by_snapshot")]

    def __str__(self) -> str:
        was = f"{self.table}.{self.former}" if self.column else self.former
        told = f"{was} → {self.object_name}" if self.former else f"{self.object_name} {self.detail}"
        return f"{self.kind.replace('_', ' ')}: {told.strip()}"

    @property
    def object_name(self) -> str:
        return f"{self.table}.{self.column}" if self.column else self.table
