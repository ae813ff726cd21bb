"""Each sync: how far it is or how it ended, what it found, and what it changed."""

from django.contrib import admin

from schema_index.admin.source_state import run_in_words
from schema_index.models import SchemaChange, Snapshot, SyncRun
from tenants.tenant_admin import ReadOnlyAdmin


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin[Snapshot]):
    list_display = ["source", "revision", "created_at"]
    exclude = ["description"]


@admin.register(SchemaChange)
class SchemaChangeAdmin(ReadOnlyAdmin[SchemaChange]):
    list_display = ["snapshot", "kind", "table", "column", "detail"]
    list_select_related = ["snapshot"]
    list_filter = ["kind"]


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin[SyncRun]):
    list_display = ["source", "requested_at", "in_words", "ended_at"]
    list_filter = ["state"]
    list_select_related = ["source"]
    readonly_fields = ["in_words"]

    @admin.display(description="state")
    def in_words(self, run: SyncRun) -> str:
        return run_in_words(run)
