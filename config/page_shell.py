"""What the frame of every page shows: the tenant worked in, where to go, the latest conversations, the theme.

It stands here because it names the pages of all apps. Everything is found when a template asks for it: the admin, which
shares the context processors, never does.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from nl2sql.model_access.tenant_models import written_by
from nl2sql.models import Conversation
from nl2sql.web.review_queue import waiting
from tenants.active_tenant import belongings_of, chosen_among
from tenants.context import tenant_transaction
from tenants.models import Membership
from tenants.roles import PERMISSIONS, Permission, Role
from tenants.web.theme import Theme, next_theme, theme_of

SHOWN_CONVERSATIONS = 30

ENTRIES = (
    ("Catalogue", "catalogue", "catalogue", "read_schema"),
    ("Knowledge", "book", "knowledge", "manage_knowledge"),
    ("Review", "review", "review", "manage_knowledge"),
    ("Policies", "eye", "policies", "manage_sources"),
    ("Members", "people", "members", "read_members"),
    ("API keys", "key", "keys", "manage_keys"),
    ("Usage", "usage", "usage", "manage_keys"),
)
"""Label, icon, the address' name, and what somebody must be allowed to see the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the side bar; `count` is how many things wait there."""

    label: str
    icon: str
    address: str
    is_current: bool
    count: int


def page_shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {"shell": Shell(request)}


class Shell:
    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def belongings(self) -> tuple[Membership, ...]:
        return belongings_of(self._request)

    @cached_property
    def belonging(self) -> Membership | None:
        return chosen_among(self.belongings, self._request)

    @cached_property
    def may(self) -> dict[str, bool]:
        """By the names of `Permission`, in small letters: `may.read_schema`."""
        held = PERMISSIONS[Role(self._working.role)] if self._working else frozenset()
        return {permission.name.lower(): permission in held for permission in Permission}

    @cached_property
    def entries(self) -> list[Entry]:
        """None for whoever works in no tenant."""
        return [
            self._entry(label, icon, name, count=self._waiting if name == "review" else 0)
            for label, icon, name, permission in ENTRIES
            if self.may[permission]
        ]

    @cached_property
    def conversations(self) -> list[Conversation]:
        if self._working is None:
            return []
        with tenant_transaction(self._working.tenant_id):
            own = Conversation.objects.filter(actor=f"user:{self._request.user.pk}")
            return list(own.order_by("-created_at")[:SHOWN_CONVERSATIONS])

    @cached_property
    def model(self) -> str:
        """Empty where no language model writes."""
        return written_by(self._working.tenant_id) if self._working else ""

    @property
    def theme(self) -> str:
        return theme_of(self._request)

    @property
    def next_theme(self) -> Theme:
        return next_theme(self.theme)

    @property
    def _working(self) -> Membership | None:
        return self.belonging if self.belonging and not self.belonging.tenant.is_suspended else None

    @cached_property
    def _waiting(self) -> int:
        assert self._working is not None
        with tenant_transaction(self._working.tenant_id):
            return waiting()

    def _entry(self, label: str, icon: str, name: str, *, count: int) -> Entry:
        address = reverse(name)
        is_current = self._request.path.startswith(address)
        return Entry(label=label, icon=icon, address=address, is_current=is_current, count=count)
