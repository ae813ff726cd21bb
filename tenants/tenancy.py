"""Creates and finds tenants: the platform's side of tenancy."""

import re

from tenants import audit
from tenants.context import platform_transaction, tenant_transaction
from tenants.domain_error import Invalid, existing
from tenants.models import Tenant

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def create(*, slug: str, name: str, actor: str) -> Tenant:
    """A new tenant, or the one that already has this slug, unchanged. Raises Invalid."""
    if not SLUG.fullmatch(slug):
        raise Invalid(f'"{slug[:63]}" is no slug: use up to 63 lower-case letters, digits and inner hyphens.')
    with platform_transaction():
        tenant, created = Tenant.objects.get_or_create(slug=slug, defaults={"name": name})
        if created:
            with tenant_transaction(tenant.id):
                audit.record("tenant.created", actor=actor, subject=slug)
    return tenant


def by_slug(slug: str) -> Tenant:
    """Raises NotFound."""
    with platform_transaction():
        tenant = existing(Tenant.objects.filter(slug=slug).first(), f'There is no tenant "{slug}".')
    return tenant


def all_tenants() -> list[Tenant]:
    """Every tenant, for the platform's own sweeps; sees nothing that they own."""
    with platform_transaction():
        return list(Tenant.objects.order_by("slug"))
