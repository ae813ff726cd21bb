"""What each role may do, and what a principal is refused."""

from itertools import pairwise
from uuid import uuid4

import pytest

from tenants.principal import InsufficientScope, Principal, principal_of_role
from tenants.roles import PERMISSIONS, Permission, Role

TENANT = uuid4()


def _principal(role: Role) -> Principal:
    return principal_of_role(TENANT, actor="user:1", role=role)


def test_each_role_has_what_the_one_below_has_and_more() -> None:
    order = [Role.VIEWER, Role.ANALYST, Role.ADMIN, Role.OWNER]
    assert set(order) == set(PERMISSIONS)
    assert all(PERMISSIONS[lower] < PERMISSIONS[higher] for lower, higher in pairwise(order))
    assert PERMISSIONS[Role.OWNER] == set(Permission)


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        (Role.VIEWER, {"ask"}),
        (Role.ANALYST, {"ask", "schema:read"}),
        (
            Role.ADMIN,
            {
                *("ask", "schema:read", "schema:sync", "knowledge:write", "sources:write", "model:write", "keys:write"),
                *("usage:read", "audit:read", "members:read", "embed"),
            },
        ),
    ],
)
def test_permissions_of_a_role(role: Role, permissions: set[str]) -> None:
    assert {permission.value for permission in PERMISSIONS[role]} == permissions


def test_a_principal_of_a_role_has_its_permissions() -> None:
    assert _principal(Role.ANALYST) == Principal(
        tenant_id=TENANT, actor="user:1", permissions=PERMISSIONS[Role.ANALYST], role=Role.ANALYST
    )


def test_what_is_missing_is_named() -> None:
    principal = _principal(Role.VIEWER)
    principal.require(Permission.ASK)
    with pytest.raises(InsufficientScope, match="'schema:sync'") as error:
        principal.require(Permission.SYNC_SCHEMA)
    assert (error.value.code, error.value.details) == ("insufficient_scope", {"required": "schema:sync"})
