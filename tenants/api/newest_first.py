"""Pages of rows by when they came, newest first."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from tenants.api.cursor import Page, cursor_of, place_of
from tenants.models import TenantOwned

RowT = TypeVar("RowT", bound=TenantOwned)

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_ID_PARTS = 8
"""Numbers of 16 bits that an id is written as."""


def newest_first(entries: "QuerySet[RowT]", query: dict[str, Any], *, by: str = "created_at") -> Page[RowT]:
    """One page by `limit` and `cursor` of `query`. `by` is the rows' own time, which never changes."""
    if "cursor" in query:
        at, entry_id = _place(query["cursor"])
        entries = entries.filter(Q(**{f"{by}__lt": at}) | Q(**{by: at, "id__lt": entry_id}))
    limit = query["limit"]
    found = list(entries.order_by(f"-{by}", "-id")[: limit + 1])
    return Page(items=found[:limit], next=_cursor(found[limit - 1], by) if len(found) > limit else None)


def _cursor(entry: TenantOwned, by: str) -> str:
    since = getattr(entry, by) - _EPOCH
    parts = [(entry.id.int >> 16 * number) & 0xFFFF for number in range(_ID_PARTS)]
    return cursor_of([since.days, since.seconds, since.microseconds, *parts])


def _place(cursor: str) -> tuple[datetime, UUID]:
    days, seconds, microseconds, *parts = place_of(cursor, length=3 + _ID_PARTS)
    number = sum((part & 0xFFFF) << 16 * place for place, part in enumerate(parts))
    # Cursors of ours are smaller; a forged one leads to some other place and harms nothing.
    since = timedelta(days=min(days, 100_000), seconds=min(seconds, 86_399), microseconds=min(microseconds, 999_999))
    return _EPOCH + since, UUID(int=number)
