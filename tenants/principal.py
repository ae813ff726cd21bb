"""Who is asking: one tenant, one actor, and the permissions that remain to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from tenants.attributes import AttributeValue
from tenants.domain_error import DomainError
from tenants.roles import PERMISSIONS, Permission, Role


class InsufficientScope(DomainError):
    """The caller is known but may not do this: ask the tenant's owner for the role, or use a key with the scope."""

    code = "insufficient_scope"


class TenantSuspended(DomainError):
    """The tenant is suspended: only the platform's operator can lift it."""

    code = "tenant_suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """`actor` is `user:<id>`, `key:<prefix>`, `embed:<prefix>:<label>` or `system:<name>`, as audit events name it.

    `role` and `attributes` choose what of a data source they may see; `permissions` what they may do.
    """

    tenant_id: UUID
    actor: str
    permissions: frozenset[Permission]
    role: Role = Role.VIEWER
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict, hash=False)

    @property
    def is_authenticated(self) -> bool:
        """DRF asks this of whatever stands in for a user."""
        return True

    def require(self, permission: Permission) -> None:
        """Raises InsufficientScope, naming what is missing."""
        if permission not in self.permissions:
            raise InsufficientScope(f"This needs the permission '{permission}'.", required=permission.value)


def principal_of_role(
    tenant_id: UUID, *, actor: str, role: Role, attributes: Mapping[str, AttributeValue] | None = None
) -> Principal:
    return Principal(
        tenant_id=tenant_id, actor=actor, permissions=PERMISSIONS[role], role=role, attributes=attributes or {}
    )
