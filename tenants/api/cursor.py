"""Pages by cursor: a page stays right while rows are added before it, and no page costs more than the first."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rest_framework import serializers

from tenants.api.strict import StrictSerializer, TextField

RowT = TypeVar("RowT")

MAX_PAGE = 200
MAX_CURSOR = 200


class PageSerializer(StrictSerializer):
    """The query of a list; other parameters are refused like unknown fields of a body."""

    cursor = TextField(required=False, max_length=MAX_CURSOR, help_text="`next` of the page before.")
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=MAX_PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[RowT]):
    """`next` is the cursor of the page after this one; None on the last."""

    items: Sequence[RowT]
    next: str | None


class PageReplySerializer(serializers.Serializer[Any]):
    # What a list answers with beside its `items`; a docstring would stand in each list's description.
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page; null on the last.")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        found = dict(super().to_representation(instance))
        following = found.pop("next")
        # Last, as people read a page.
        return {**found, "next": following}


def page_of(name: str, item: type[serializers.BaseSerializer[Any]]) -> type[PageReplySerializer]:
    """The reply of a list of `item`s, called `name` in the description."""
    return type(f"{name}Serializer", (PageReplySerializer,), {"items": item(many=True)})


def cursor_of(place: list[int]) -> str:
    """Opaque to clients, who would otherwise build on it."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_of(cursor: str, *, length: int) -> list[int]:
    """The `length` numbers of a cursor. Raises ValidationError for what is none of ours."""
    try:
        place: Any = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        place = None
    fits = isinstance(place, list) and len(place) == length
    if not fits or not all(type(number) is int and 0 <= number < 2**31 for number in place):
        raise serializers.ValidationError({"cursor": ["This is no cursor: take `next` of the page before."]})
    return [int(number) for number in place]
