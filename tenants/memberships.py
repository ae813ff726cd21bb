"""Who belongs where: found before a tenant is chosen, changed inside one."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from tenants import api_keys, audit
from tenants.attributes import AttributeValue, attributes_from_json, attributes_to_json
from tenants.context import current_tenant_id, identity_transaction, tenant_transaction
from tenants.domain_error import DomainError, existing
from tenants.models import Membership, Tenant, User
from tenants.principal import Principal, principal_of_role
from tenants.roles import Permission, Role

LAST_OWNER = "This is the tenant's only owner: make somebody else an owner first."


class LastOwner(DomainError):
    """A tenant keeps somebody who may change its members: make somebody else an owner first."""

    code = "last_owner"


def belongings(user_id: int) -> tuple[Membership, ...]:
    """The person's places in tenants, by the tenants' names. One statement."""
    with identity_transaction(user_id=user_id):
        found = Membership.before_tenant.select_related("tenant").filter(user_id=user_id)
        return tuple(found.order_by("tenant__name"))


def by_username(tenant: Tenant, *, username: str) -> Membership:
    """The tenant's member of that name. Raises NotFound."""
    with tenant_transaction(tenant.id):
        one = Membership.objects.select_related("tenant").filter(user__username=username).first()
        return existing(one, f'The tenant "{tenant.slug}" has no member "{username}".')


def principal_in(membership: Membership) -> Principal:
    """Of a membership that was read with its tenant. Raises TenantSuspended."""
    membership.tenant.require_active()
    return principal_of_role(
        membership.tenant_id,
        actor=membership.actor,
        role=Role(membership.role),
        attributes=attributes_from_json(membership.attributes),
    )


def set_role(user: User, *, role: Role, actor: str) -> None:
    """Adds the person to the open scope's tenant, or changes their role there."""
    Membership.objects.update_or_create(tenant_id=current_tenant_id(), user=user, defaults={"role": role.value})
    audit.record("membership.set", actor=actor, subject=f"user:{user.pk}", role=role.value)


def members() -> "QuerySet[Membership]":
    """Of the open scope's tenant, with their people."""
    return Membership.objects.select_related("user")


def change_role(principal: Principal, membership_id: UUID, *, role: Role | None) -> Membership:
    """Unchanged without a role. Raises InsufficientScope, NotFound or LastOwner. Needs an open scope."""
    found, is_last_owner = _found(principal, membership_id)
    if role is None:
        return found
    if is_last_owner and role != Role.OWNER:
        raise LastOwner(LAST_OWNER)
    set_role(found.user, role=role, actor=principal.actor)
    found.role = role.value
    return found


def set_attributes(principal: Principal, membership_id: UUID, *, attributes: Mapping[str, AttributeValue]) -> None:
    """What row rules and target databases know of the person. Raises InsufficientScope or NotFound.

    The audit trail has the names, not the values. Needs an open scope.
    """
    found, _ = _found(principal, membership_id)
    document = attributes_to_json(attributes)
    if document == found.attributes:
        return
    Membership.objects.filter(id=found.id).update(attributes=document)
    audit.record("membership.attributes", actor=principal.actor, subject=found.actor, names=sorted(document))


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Who belongs here no more, and how many of their keys ended with that."""

    username: str
    keys: int


def remove(principal: Principal, membership_id: UUID) -> Removed:
    """Ends the person's place in the tenant, at once, and the keys they made; what they asked stays.

    Raises InsufficientScope, NotFound or LastOwner. Needs an open scope.
    """
    found, is_last_owner = _found(principal, membership_id)
    if is_last_owner:
        raise LastOwner(LAST_OWNER)
    return Removed(username=found.user.username, keys=end(found, actor=principal.actor))


def end(membership: Membership, *, actor: str) -> int:
    """Of the open scope's tenant, and how many keys of its person ended with it."""
    Membership.objects.filter(id=membership.id).delete()
    audit.record("membership.removed", actor=actor, subject=membership.actor, role=membership.role)
    return api_keys.revoke_made_by(membership.user_id, actor=actor)


def _found(principal: Principal, membership_id: UUID) -> tuple[Membership, bool]:
    """With whether it is the only owner's."""
    principal.require(Permission.MANAGE_MEMBERS)
    # Locked together, so that two owners cannot step down at once.
    owners = set(Membership.objects.select_for_update().filter(role=Role.OWNER).values_list("id", flat=True))
    found = existing(members().filter(id=membership_id).first(), "There is no such member.")
    return found, owners == {found.id}
