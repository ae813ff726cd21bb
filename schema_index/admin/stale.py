"""Knowledge that the database may have left behind: where an admin finds it, and says that it is right."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from schema_index.admin.source_state import MAX_SHOWN, NOTHING, in_lines
from schema_index.knowledge import references
from schema_index.models import DataSource, Document, FaqEntry, StaleMark
from tenants import audit

MODELS: dict[str, type[FaqEntry] | type[Document]] = {model.kind.value: model for model in (FaqEntry, Document)}


class StaleFilter(admin.SimpleListFilter):
    title = "stale"
    parameter_name = "stale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Stale"), ("no", "Not stale")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        stale = references.stale_ids(queryset.model.kind)
        return queryset.filter(id__in=stale) if self.value() == "yes" else queryset.exclude(id__in=stale)


@admin.display(description="stale")
def stale_reason(entry: FaqEntry | Document) -> str:
    return references.stale_reasons([entry.id]).get(entry.id, NOTHING)


def confirm(entry: FaqEntry | Document, *, actor: str) -> None:
    """Somebody has read it, and it holds as it stands."""
    references.clear(kind=entry.kind, subject_id=entry.id)
    audit.record("knowledge.confirmed", actor=actor, subject=str(entry.id), kind=entry.kind.value)


@admin.display(description="stale knowledge")
def stale_of_source(source: DataSource) -> str:
    """With a link to each entry, the newest first."""
    marks = StaleMark.objects.filter(source_id=source.id)
    total = marks.count()
    if not total:
        return NOTHING
    return in_lines(map(_line, marks[:MAX_SHOWN]), more=total - MAX_SHOWN)


def _line(mark: StaleMark) -> str:
    model = MODELS.get(mark.subject_kind)
    address, entry = "", None
    if model is not None:
        address = reverse(f"admin:schema_index_{model._meta.model_name}_change", args=[mark.subject_id])
        entry = model._default_manager.filter(id=mark.subject_id).first()
    return format_html('<a href="{}">{}</a>: {}', address, entry or mark.get_subject_kind_display(), mark.reason)
