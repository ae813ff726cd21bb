"""Who belongs where: found before a tenant is chosen, changed inside one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from tenants import audit
from tenants.attributes import AttributeValue, attributes_from_json
from tenants.context import current_tenant_id, identity_transaction
from tenants.models import Membership, Tenant, User
from tenants.principal import Principal, TenantSuspended, principal_of_role
from tenants.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """One tenant a person belongs to."""

    tenant_id: UUID
    slug: str
    name: str
    role: Role
    is_suspended: bool
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict, hash=False)


def belongings(user_id: int) -> tuple[Belonging, ...]:
    """The person's tenants by name. One transaction, two queries."""
    with identity_transaction(user_id=user_id):
        own = {one.tenant_id: one for one in Membership.before_tenant.filter(user_id=user_id)}
        tenants = Tenant.objects.filter(id__in=own).order_by("name")
        return tuple(
            Belonging(
                tenant_id=tenant.id,
                slug=tenant.slug,
                name=tenant.name,
                role=Role(own[tenant.id].role),
                is_suspended=tenant.is_suspended,
                attributes=attributes_from_json(own[tenant.id].attributes),
            )
            for tenant in tenants
        )


def principal_in(belonging: Belonging, *, user_id: int) -> Principal:
    """Raises TenantSuspended."""
    if belonging.is_suspended:
        raise TenantSuspended("This tenant is suspended.")
    return principal_of_role(
        tenant_id=belonging.tenant_id,
        tenant_slug=belonging.slug,
        actor=f"user:{user_id}",
        role=belonging.role,
        attributes=belonging.attributes,
    )


def set_role(user: User, *, role: Role, actor: str) -> None:
    """Adds the person to the open scope's tenant, or changes their role there."""
    Membership.objects.update_or_create(tenant_id=current_tenant_id(), user=user, defaults={"role": role.value})
    audit.record("membership.set", actor=actor, subject=f"user:{user.pk}", role=role.value)
