"""Turns a Bearer key or a signed-in session into a Principal. The tenant never comes from the request itself."""

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from tenants import api_keys, embed_tokens
from tenants.active_tenant import principal_of
from tenants.principal import Principal


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer qk_…`."""

    def authenticate(self, request: Request) -> tuple[Principal, str] | None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        principal = api_keys.authenticate(key.strip())
        return principal, "api_key"

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Querent"'


class EmbedTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>` with a token for the ask box in a tenant's own product. Takes no key and no
    session: a page that shows the box cannot be made to ask for whoever is signed in here."""

    def authenticate(self, request: Request) -> tuple[Principal, str] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        return embed_tokens.authenticate(token.strip()), "embed_token"

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Querent"'


class TenantSessionAuthentication(SessionAuthentication):
    """A signed-in person, with CSRF protection, in the tenant that their session works in."""

    def authenticate(self, request: Request) -> tuple[Principal, str] | None:
        plain: HttpRequest = request._request
        if not plain.user.is_authenticated:
            return None
        self.enforce_csrf(request)
        principal = principal_of(plain)
        return None if principal is None else (principal, "session")
