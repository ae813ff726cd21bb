"""Each sync: how far it is or how it ended, what it found, and what it changed."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from schema_index.admin.source_state import NOTHING, in_lines, run_in_words
from schema_index.models import SchemaChange, Snapshot, SyncRun, SyncState, VocabularyGap
from tenants.tenant_admin import ReadOnlyAdmin

REFRESH_S = 2


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin[Snapshot]):
    list_display = ["source", "revision", "created_at"]
    exclude = ["description"]


@admin.register(SchemaChange)
class SchemaChangeAdmin(ReadOnlyAdmin[SchemaChange]):
    list_display = ["snapshot", "kind", "table", "column", "detail"]
    list_select_related = ["snapshot"]
    list_filter = ["kind"]


@admin.register(VocabularyGap)
class VocabularyGapAdmin(ReadOnlyAdmin[VocabularyGap]):
    """Which columns' values are not all known, and why."""

    list_display = ["source", "schema", "table", "column", "reason"]
    list_filter = ["reason"]
    search_fields = ["table", "column"]


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin[SyncRun]):
    list_display = ["source", "requested_at", run_in_words, "ended_at"]
    list_filter = ["state"]
    list_select_related = ["source"]
    # The stubs take names alone; Django takes functions too.
    fields: ClassVar[Any] = [
        *("source", run_in_words, "progress", "requested_at", "started_at", "ended_at", "revision", "counts"),
        "broken_in_words",
    ]
    readonly_fields: ClassVar[Any] = [run_in_words, "progress", "broken_in_words"]
    change_form_template = "admin/schema_index/syncrun/change_form.html"
    change_list_template = "admin/schema_index/syncrun/change_list.html"

    @admin.display(description="verified queries that it breaks")
    def broken_in_words(self, run: SyncRun) -> str:
        lines = (f'"{one["subject"]}": {one["reason"]}' for one in run.broken)
        return in_lines(lines, more=run.counts.get("broken", 0) - len(run.broken)) or NOTHING

    @admin.display(description="tables read")
    def progress(self, run: SyncRun) -> SafeString:
        return format_html('<progress value="{}" max="{}"></progress>', run.done, run.total or 1)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        runs = self.get_queryset(request).filter(state__in=(SyncState.QUEUED, SyncState.RUNNING))
        return super().changelist_view(request, {"refresh": _interval(runs), **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        context = {"refresh": _interval([run] if run else []), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)


def _interval(runs: Iterable[SyncRun]) -> int | None:
    """Seconds after which a page loads again by itself: while one of them is under way."""
    return REFRESH_S if any(run.is_active for run in runs) else None
