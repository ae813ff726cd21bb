"""Who actors are, and what they may still do, for work that goes on without the request that it came with."""

from collections.abc import Mapping, Set

from tenants.api_keys import Unauthenticated, known_keys, principal_of_key, require_live
from tenants.attributes import AttributeValue, attributes_from_json
from tenants.context import tenant_scope
from tenants.embed_tokens import principal_of_embed
from tenants.models import ApiKey, Membership, Tenant, User
from tenants.principal import InsufficientScope, Principal, principal_of_role
from tenants.roles import Role


def principal_now(tenant: Tenant, *, actor: str, role: Role, attributes: Mapping[str, AttributeValue]) -> Principal:
    """Role, attributes and permissions as they are by now, as `tenant` is; `role` and `attributes` are those of a
    command or of whom a token was made for, which nothing else remembers.

    Raises TenantSuspended, Unauthenticated (the key ended), KeyExpired, or InsufficientScope (the membership
    ended).
    """
    kind, _, name = actor.partition(":")
    tenant.require_active()
    with tenant_scope(tenant.id):
        if kind == "key":
            return principal_of_key(_live_key(name))
        if kind == "embed":
            prefix, _, label = name.partition(":")
            return principal_of_embed(_live_key(prefix), label=label, role=role, attributes=attributes)
        if kind == "user":
            role, attributes = _of_member(name)
    return principal_of_role(tenant.id, actor=actor, role=role, attributes=attributes)


def _live_key(prefix: str) -> ApiKey:
    key, ended = known_keys().filter(prefix=prefix).first(), "The API key ended before the work was done."
    if key is None:
        raise Unauthenticated(ended)
    require_live(key, ended=ended, expired="The API key expired before the work was done.")
    return key


def _of_member(user_id: str) -> tuple[Role, Mapping[str, AttributeValue]]:
    membership = Membership.objects.filter(user_id=user_id, user__is_active=True).first()
    if membership is None:
        raise InsufficientScope("The membership ended before the work was done.")
    return Role(membership.role), attributes_from_json(membership.attributes)


def usernames(actors: Set[str]) -> dict[str, str]:
    """Of those actors that are people with an account. One query where there are any."""
    ids = {int(actor[5:]): actor for actor in actors if actor.startswith("user:") and actor[5:].isdigit()}
    people = User.objects.filter(id__in=ids).values_list("id", "username") if ids else ()
    return {ids[one]: name for one, name in people}
