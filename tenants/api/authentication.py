"""Turns a Bearer key or a signed-in session into a Principal. The tenant never comes from the request itself."""

from collections.abc import Callable

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from tenants import api_keys, embed_tokens
from tenants.active_tenant import principal_of
from tenants.principal import Principal

CHALLENGE = 'Bearer realm="Querent"'


class _Bearer(BaseAuthentication):
    principal_of: Callable[[str], Principal]

    def authenticate(self, request: Request) -> tuple[Principal, str] | None:
        text = bearer(request)
        return None if text is None else (self.principal_of(text), "bearer")

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class ApiKeyAuthentication(_Bearer):
    """`Authorization: Bearer qk_…`."""

    principal_of = staticmethod(api_keys.authenticate)


class EmbedTokenAuthentication(_Bearer):
    """`Authorization: Bearer <token>` with a token for the ask box in a tenant's own product. Takes no key and no
    session: a page that shows the box cannot be made to ask for whoever is signed in here."""

    principal_of = staticmethod(embed_tokens.authenticate)


class TenantSessionAuthentication(SessionAuthentication):
    """A signed-in person, with CSRF protection, in the tenant that their session works in."""

    def authenticate(self, request: Request) -> tuple[Principal, str] | None:
        plain: HttpRequest = request._request
        if not plain.user.is_authenticated:
            return None
        self.enforce_csrf(request)
        principal = principal_of(plain)
        return None if principal is None else (principal, "session")


def bearer(request: HttpRequest | Request) -> str | None:
    """What stands behind `Authorization: Bearer`; None where nothing does."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else None
