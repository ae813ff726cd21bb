"""What each sync found, and what it changed."""

from django.contrib import admin

from schema_index.models import SchemaChange, Snapshot
from tenants.tenant_admin import ReadOnlyAdmin


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin[Snapshot]):
    list_display = ["source", "revision", "created_at"]
    exclude = ["description"]


@admin.register(SchemaChange)
class SchemaChangeAdmin(ReadOnlyAdmin[SchemaChange]):
    list_display = ["snapshot", "kind", "table", "column", "detail"]
    list_filter = ["kind"]
