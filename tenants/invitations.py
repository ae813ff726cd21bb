"""Invites people into a tenant: a link that one person opens once, signed in or with a new account."""

import secrets
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from tenants import audit, memberships
from tenants.context import current_tenant_id, tenant_transaction
from tenants.domain_error import DomainError, LimitReached, NotFound, existing
from tenants.keys import SECRET_BYTES, digest
from tenants.models import Invitation, Membership, User
from tenants.principal import Principal
from tenants.roles import Permission, Role

LIVES = timedelta(days=7)
MAX_OPEN = 200
"""Of one tenant."""

MAX_TOKEN = 200


class AlreadyMember(DomainError):
    """The person belongs to the tenant: their role is changed where its members are listed."""

    code = "already_exists"


def invite(principal: Principal, *, role: Role, note: str) -> tuple[Invitation, str]:
    """The invitation, and the token of its link, readable this once. Needs an open scope.

    Raises InsufficientScope or LimitReached.
    """
    principal.require(Permission.MANAGE_MEMBERS)
    if open_invitations().count() >= MAX_OPEN:
        raise LimitReached(f"There are {MAX_OPEN} open invitations already: withdraw some.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made = Invitation.objects.create(
        tenant_id=current_tenant_id(),
        digest=digest(secret),
        role=role.value,
        note=note,
        actor=principal.actor,
        expires_at=timezone.now() + LIVES,
    )
    audit.record("invitation.made", actor=principal.actor, subject=str(made.id), role=role.value)
    return made, f"{principal.tenant_id.hex}.{secret}"


def open_invitations() -> "QuerySet[Invitation]":
    """Of the open scope's tenant, newest first."""
    return Invitation.objects.filter(accepted_at=None, expires_at__gt=timezone.now())


def withdraw(principal: Principal, invitation_id: UUID) -> None:
    """Raises InsufficientScope or NotFound. Needs an open scope."""
    principal.require(Permission.MANAGE_MEMBERS)
    if not Invitation.objects.filter(id=invitation_id, accepted_at=None).delete()[0]:
        raise NotFound("There is no such invitation.")
    audit.record("invitation.withdrawn", actor=principal.actor, subject=str(invitation_id))


def invited_by(token: str) -> Invitation:
    """With its tenant. Raises NotFound. Before any tenant is chosen; the token names its own."""
    tenant_id, secret = _parts(token)
    with tenant_transaction(tenant_id):
        return _found(secret, open_invitations())


def accept(token: str, *, user: User) -> Invitation:
    """The person belongs to the tenant from now on, and the link opens nothing more. Of two at once, one gets it.

    Raises NotFound, or AlreadyMember, which leaves it open. A suspended tenant can be joined.
    """
    tenant_id, secret = _parts(token)
    with tenant_transaction(tenant_id):
        found = _found(secret, open_invitations().select_for_update(of=("self",)))
        if Membership.objects.filter(user=user).exists():
            raise AlreadyMember("You belong to this tenant already.")
        found.accepted_at, found.accepted_by = timezone.now(), f"user:{user.pk}"
        found.save(update_fields=["accepted_at", "accepted_by"])
        memberships.set_role(user, role=Role(found.role), actor=found.actor)
        audit.record("invitation.accepted", actor=f"user:{user.pk}", subject=str(found.id), role=found.role)
        return found


def _found(secret: str, among: "QuerySet[Invitation]") -> Invitation:
    """Only of somebody who may invite to this day."""
    owners = Membership.objects.filter(role=Role.OWNER).values_list("user_id", flat=True)
    inviters = [f"user:{user_id}" for user_id in owners]
    one = among.select_related("tenant").filter(digest=digest(secret), actor__in=inviters).first()
    return existing(one, "This invitation is no longer open.")


def _parts(token: str) -> tuple[UUID, str]:
    tenant, _, secret = token[:MAX_TOKEN].partition(".")
    try:
        return UUID(hex=tenant), secret
    except ValueError:
        raise NotFound("This invitation is no longer open.") from None
