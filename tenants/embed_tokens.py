"""Tokens by which a tenant's own product shows the ask box to one of its people.

A token is a signed statement, stored nowhere: which key made it, for whom, with what view of the data, for pages of
which origin, until when. It ends with its time, and with the key. Its address has two parts: the frame, which says only
which origin may show it and travels in requests for the page; and the token, which stays behind the `#`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import time
from typing import Any

from django.core import signing
from django.utils import timezone

from tenants import audit
from tenants.api_keys import KeyExpired, Unauthenticated, key_before_tenant, require_live
from tenants.attributes import AttributeValue, attributes_from_json, attributes_to_json
from tenants.domain_error import Invalid
from tenants.models import ApiKey
from tenants.principal import InsufficientScope, Principal
from tenants.roles import RANK, Permission, Role

MAX_LIFE_S = 3600
MAX_TOKEN = 4_000
"""Characters: attributes are bounded, and addresses of this length pass everywhere."""
ORIGIN = re.compile(r"https://[a-z0-9.-]{1,253}(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?")
LABEL = re.compile(r"[A-Za-z0-9._@+=-]{1,64}")

_TOKEN, _FRAME = "querent.embed.token", "querent.embed.frame"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedToken:
    """`token` asks; `frame` is the part of the page's address that names the origin, and opens nothing."""

    token: str
    frame: str
    actor: str
    expires_at: datetime


def issue(
    principal: Principal,
    *,
    label: str,
    role: Role,
    attributes: Mapping[str, AttributeValue],
    life_s: int,
    origin: str,
) -> EmbedToken:
    """For the person whom the tenant's product calls `label` (as LABEL), in pages of `origin` (as ORIGIN).

    Whoever holds the scope speaks for these people: their attributes are taken as told, but for those that the key has
    itself, which hold for all of them. Raises InsufficientScope or Invalid. Needs an
    open scope.
    """
    principal.require(Permission.EMBED)
    kind, _, prefix = principal.actor.partition(":")
    if kind != "key":
        raise InsufficientScope("Only an API key makes these tokens: they end with it.", required="embed")
    if RANK.index(role) > RANK.index(principal.role):
        raise InsufficientScope(f'The key\'s role is "{principal.role}": its tokens cannot be "{role}".')
    changed = sorted(name for name, value in principal.attributes.items() if attributes.get(name, value) != value)
    if changed:
        raise InsufficientScope(f"The key has these attributes for all its tokens: {', '.join(changed)}.")
    expires_at = timezone.now().replace(microsecond=0) + timedelta(seconds=min(life_s, MAX_LIFE_S))
    told = {
        "k": prefix,
        "t": str(principal.tenant_id),
        "l": label,
        "r": role.value,
        "a": attributes_to_json({**attributes, **principal.attributes}),
        "o": origin,
        "e": int(expires_at.timestamp()),
    }
    signed = signing.dumps(told, salt=_TOKEN, compress=True)
    if len(signed) > MAX_TOKEN:
        raise Invalid("The attributes are too many for a token: leave out those that no row rule asks for.")
    token = EmbedToken(
        token=signed,
        # The same for the same origin: a new token reaches a page that is shown already, which goes on with it.
        frame=signing.Signer(salt=_FRAME).sign_object(origin),
        actor=f"embed:{prefix}:{label}",
        expires_at=expires_at,
    )
    audit.record(
        "embed_token.issued", actor=principal.actor, subject=token.actor, role=role.value, origin=origin, life_s=life_s
    )
    return token


def origin_of(frame: str) -> str | None:
    """Whose pages may show the frame of this address; None for what we never signed."""
    try:
        origin = signing.Signer(salt=_FRAME).unsign_object(frame) if len(frame) <= MAX_TOKEN else None
    except signing.BadSignature:
        return None
    return origin if isinstance(origin, str) and ORIGIN.fullmatch(origin) else None


def authenticate(token: str) -> Principal:
    """Raises Unauthenticated (altered, or its key revoked), KeyExpired (its time or its key's) or TenantSuspended."""
    told = _read(token)
    if told["e"] <= time():
        raise KeyExpired("The token has expired: get a new one from the page that shows this.")
    key = key_before_tenant(told["k"])
    if key is None or str(key.tenant_id) != told["t"]:
        raise Unauthenticated("The token is not valid.")
    key.tenant.require_active()
    return principal_of_embed(key, label=told["l"], role=Role(told["r"]), attributes=attributes_from_json(told["a"]))


def principal_of_embed(key: ApiKey, *, label: str, role: Role, attributes: Mapping[str, AttributeValue]) -> Principal:
    """Somebody whom a live key speaks for: they may ask, and nothing else. Raises Unauthenticated or KeyExpired."""
    made_by = "The API key that made the token"
    ended = f"{made_by} {'was' if key.state == 'revoked' else 'is'} {key.state}."
    require_live(key, ended=ended, expired=f"{made_by} has expired.")
    if Permission.EMBED.value not in key.scopes:
        raise Unauthenticated(f"{made_by} may not make any.")
    return Principal(
        tenant_id=key.tenant_id,
        actor=f"embed:{key.prefix}:{label}",
        permissions=frozenset({Permission.ASK}),
        role=role,
        attributes=attributes,
    )


def _read(token: str) -> dict[str, Any]:
    """What we signed; that it is ours is proven, and so it has every part."""
    try:
        if len(token) > MAX_TOKEN:
            raise signing.BadSignature
        told: dict[str, Any] = signing.loads(token, salt=_TOKEN)
    except (signing.BadSignature, ValueError):
        raise Unauthenticated("The token is not valid.") from None
    return told
