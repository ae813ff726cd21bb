"""Which tenants somebody may work in at the admin: a superuser in all, other staff where they are owner or admin."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from tenants.memberships import belongings
from tenants.models import User
from tenants.roles import ROLES
from tenants.tenant_admin import SESSION_KEY, chosen_tenant

ADMINS = frozenset(role for role, facts in ROLES.items() if facts.uses_admin)


def reachable_tenants(user: User | AnonymousUser) -> frozenset[UUID] | None:
    """None for all. One transaction for staff who are no superusers."""
    if user.is_superuser:
        return None
    if not user.is_staff or user.pk is None:
        return frozenset()
    return frozenset(one.tenant_id for one in belongings(user.pk) if one.role in ADMINS)


def leave_foreign_tenant(request: HttpRequest) -> None:
    """Asked at every page: a role may have ended since the tenant was chosen."""
    chosen = chosen_tenant(request)
    reach = reachable_tenants(request.user) if chosen is not None else None
    if reach is not None and chosen not in reach:
        del request.session[SESSION_KEY]
