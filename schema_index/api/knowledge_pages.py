"""Pages of entries, newest first."""

from typing import Any, TypeVar

from django.db.models import QuerySet

from schema_index.models import Document, FaqEntry
from tenants.api.newest_first import newest_first

EntryT = TypeVar("EntryT", FaqEntry, Document)


def page_of(entries: "QuerySet[EntryT]", query: dict[str, Any]) -> tuple[list[EntryT], str | None]:
    """One page of what the validated `query` asks for, and the cursor of the next."""
    entries = entries.filter(deleted_at__isnull=not query["deleted"])
    if "review_state" in query:
        entries = entries.filter(review_state=query["review_state"])
    if "data_source" in query:
        entries = entries.filter(source__slug=query["data_source"])
    if "metadata" in query:
        entries = entries.filter(metadata__contains=query["metadata"])
    return newest_first(entries.select_related("source"), query)
