"""Issues, revokes and recognises API keys."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from tenants import audit
from tenants.attributes import AttributeValue, attributes_from_json, attributes_to_json
from tenants.context import current_tenant_id, identity_transaction, tenant_transaction
from tenants.domain_error import DomainError, LimitReached, existing
from tenants.keys import digest, matches, new_key, parse_key, render_key
from tenants.models import ApiKey, Membership
from tenants.principal import InsufficientScope, Principal
from tenants.roles import RANK, Permission, Role

MAX_LIVE_KEYS = 500
"""Of one tenant: more than its services and people need, and few enough to look through."""

LAST_USED_RESOLUTION = timedelta(minutes=1)
"""`last_used_at` is for people; writing it on every request would cost a row version each."""


class Unauthenticated(DomainError):
    """No such key, or it was revoked: send `Authorization: Bearer <key>` with a live one."""

    code = "unauthenticated"


class KeyExpired(DomainError):
    """The key was right once: issue a new one."""

    code = "key_expired"


def issue_within(
    principal: Principal,
    *,
    name: str,
    scopes: Sequence[Permission],
    role: Role,
    expires_at: datetime | None,
    attributes: Mapping[str, AttributeValue] | None = None,
) -> tuple[ApiKey, str]:
    """As `issue`, but for what the principal lacks: no further scope, no higher role, and no other attributes unless
    they write the policies that ask for them. Without `attributes`, the principal's own.

    Raises InsufficientScope, LimitReached, or Unauthenticated where the issuer went meanwhile. Needs
    an open scope.
    """
    principal.require(Permission.MANAGE_KEYS)
    lacking = sorted(set(scopes) - principal.permissions)
    if lacking:
        raise InsufficientScope(f"You have not these scopes yourself: {', '.join(lacking)}.", scopes=lacking)
    if RANK.index(role) > RANK.index(principal.role):
        raise InsufficientScope(f'Your own role is "{principal.role}": a key of yours cannot be "{role}".')
    own = principal.attributes
    if (
        attributes is not None
        and dict(attributes) != dict(own)
        and Permission.MANAGE_SOURCES not in principal.permissions
    ):
        raise InsufficientScope("A key of yours has your own attributes: leave them out.")
    live = ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)
    if live.count() >= MAX_LIVE_KEYS:
        raise LimitReached(f"There are {MAX_LIVE_KEYS} live keys already: revoke some that nobody uses.")
    return issue(
        name=name,
        scopes=sorted(set(scopes)),
        actor=principal.actor,
        expires_at=expires_at,
        role=role,
        attributes=own if attributes is None else attributes,
        maker_id=_maker_of(principal),
    )


def known_keys() -> "QuerySet[ApiKey]":
    """Of the open scope's tenant, with whom their state depends on."""
    return ApiKey.objects.select_related("created_by")


def find(key_id: UUID) -> ApiKey:
    """Of the open scope's tenant. Raises NotFound."""
    return existing(known_keys().filter(id=key_id).first(), "There is no such key.")


def issue(
    *,
    name: str,
    scopes: list[Permission],
    actor: str,
    expires_at: datetime | None = None,
    role: Role = Role.VIEWER,
    attributes: Mapping[str, AttributeValue] | None = None,
    maker_id: int | None = None,
) -> tuple[ApiKey, str]:
    """A new key of the open scope's tenant, and its only ever readable text.

    `role` and `attributes` are those by which policies of data sources judge whoever uses the key. It ends with the
    membership of its maker; without one, it is the tenant's alone.
    """
    parts = new_key()
    key = ApiKey.objects.create(
        tenant_id=current_tenant_id(),
        name=name,
        prefix=parts.prefix,
        digest=digest(parts.secret),
        scopes=[scope.value for scope in scopes],
        expires_at=expires_at,
        role=role.value,
        attributes=attributes_to_json(attributes or {}),
        created_by_id=maker_id,
    )
    audit.record("api_key.issued", actor=actor, subject=key.prefix, scopes=key.scopes, role=role.value)
    return key, render_key(parts)


def revoke(key: ApiKey, *, actor: str) -> None:
    """Of the open scope's tenant; a key that is revoked already stays as it is."""
    if ApiKey.objects.filter(id=key.id, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record("api_key.revoked", actor=actor, subject=key.prefix)


def numbers_made_by(user_ids: Iterable[int]) -> dict[int, int]:
    """How many keys end with each one's membership; nobody without any. Needs an open scope."""
    made = ApiKey.objects.filter(created_by_id__in=list(user_ids), revoked_at=None).order_by()
    return dict(made.values_list("created_by_id").annotate(Count("id")))


def revoke_made_by(user_id: int, *, actor: str) -> int:
    """How many, those among them that were made with such a key. Whoever made a key has read its text: it ends with
    their place in the tenant. Needs an open scope."""
    count = 0
    # Again for keys that were being made with one of them: no key makes another once it is revoked.
    while keys := list(ApiKey.objects.filter(created_by_id=user_id, revoked_at=None)):
        for key in keys:
            revoke(key, actor=actor)
        count += len(keys)
    return count


def _maker_of(principal: Principal) -> int | None:
    """The person behind a session or a key. Locked, so that whoever is being removed leaves no key behind."""
    kind, _, name = principal.actor.partition(":")
    if kind == "user" and (member := Membership.objects.select_for_update().filter(user_id=name).first()):
        return member.user_id
    if kind == "key" and (key := ApiKey.objects.select_for_update().filter(prefix=name, revoked_at=None).first()):
        return key.created_by_id
    raise Unauthenticated("Your membership or key ended meanwhile.")


def authenticate(text: str) -> Principal:
    """The principal of a key's text. Raises Unauthenticated, KeyExpired or TenantSuspended."""
    parts = parse_key(text)
    refusal = Unauthenticated("The API key is not valid: check it, or issue a new one.")
    if parts is None:
        raise refusal
    key = key_before_tenant(parts.prefix)
    # An unknown prefix costs the same comparison as a known one.
    if not matches(parts.secret, stored_digest=key.digest if key else digest("")) or key is None:
        raise refusal
    require_live(key, ended=refusal.message, expired="The API key has expired: issue a new one.")
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > LAST_USED_RESOLUTION:
        with tenant_transaction(key.tenant_id):
            # Asked again of the row itself: of many requests at once, one writes.
            long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USED_RESOLUTION)
            ApiKey.objects.filter(long_ago, id=key.id).update(last_used_at=now)
    key.tenant.require_active()
    return principal_of_key(key)


def key_before_tenant(prefix: str) -> ApiKey | None:
    """With its tenant and its maker. One statement."""
    with identity_transaction(api_key_prefix=prefix):
        return ApiKey.before_tenant.select_related("created_by", "tenant").filter(prefix=prefix).first()


def require_live(key: ApiKey, *, ended: str, expired: str) -> None:
    """Raises Unauthenticated or KeyExpired, with these words."""
    if key.state == "expired":
        raise KeyExpired(expired)
    if key.state != "live":
        raise Unauthenticated(ended)


def principal_of_key(key: ApiKey) -> Principal:
    """Of a live key."""
    return Principal(
        tenant_id=key.tenant_id,
        actor=f"key:{key.prefix}",
        permissions=frozenset(Permission(scope) for scope in key.scopes),
        role=Role(key.role),
        attributes=attributes_from_json(key.attributes),
    )
