"""Pages of entries, newest first."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from schema_index.models import Document, FaqEntry
from tenants.api.cursor import cursor_of, place_of
from tenants.models import TenantOwned

EntryT = TypeVar("EntryT", FaqEntry, Document)

RowT = TypeVar("RowT", bound=TenantOwned)

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_ID_PARTS = 8
"""Numbers of 16 bits that an id is written as."""


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


def newest_first(entries: "QuerySet[RowT]", query: dict[str, Any]) -> tuple[list[RowT], str | None]:
    """One page by `limit` and `cursor` of rows that have `created_at`."""
    if "cursor" in query:
        at, entry_id = _place(query["cursor"])
        entries = entries.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=entry_id))
    limit = query["limit"]
    found = list(entries.order_by("-created_at", "-id")[: limit + 1])
    return found[:limit], _cursor(found[limit - 1]) if len(found) > limit else None


def _cursor(entry: Any) -> str:
    since = entry.created_at - _EPOCH
    parts = [(entry.id.int >> 16 * number) & 0xFFFF for number in range(_ID_PARTS)]
    return cursor_of([since.days, since.seconds, since.microseconds, *parts])


def _place(cursor: str) -> tuple[datetime, UUID]:
    days, seconds, microseconds, *parts = place_of(cursor, length=3 + _ID_PARTS)
    number = sum((part & 0xFFFF) << 16 * place for place, part in enumerate(parts))
    # Cursors of ours are smaller; a forged one leads to some other place and harms nothing.
    since = timedelta(days=min(days, 100_000), seconds=min(seconds, 86_399), microseconds=min(microseconds, 999_999))
    return _EPOCH + since, UUID(int=number)
