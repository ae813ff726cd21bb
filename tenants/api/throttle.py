"""Counts each request against its caller's limits, and tells the caller how they stand.

The fields are those of the IETF's draft-ietf-httpapi-ratelimit-headers.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from tenants import quotas
from tenants.context import tenant_transaction
from tenants.middleware import HeaderMiddleware
from tenants.principal import Principal
from tenants.request_limits import Limit, RequestKind, count, refuse_excess

if TYPE_CHECKING:  # views import their default throttles while they are themselves imported
    from rest_framework.views import APIView

DAY_S = 24 * 3600
_LIMITS = "_rate_limits"


class CallerThrottle(BaseThrottle):
    """A view names further limits of its own: `limited_as = "searches"`, or `takes_questions = True`."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Raises RateLimited, whose problem details say more than a refusal."""
        principal = request.user
        if not isinstance(principal, Principal):
            return True
        limits: list[Limit] = []
        setattr(request._request, _LIMITS, limits)
        kinds: Sequence[RequestKind] = ("requests", *cast("Sequence[RequestKind]", getattr(view, "limited_as", ())))
        with tenant_transaction(principal.tenant_id):
            limits += [count(principal, kind) for kind in kinds]
            if getattr(view, "takes_questions", False) and request.method == "POST":
                limits.append(_questions())
        for limit in limits[: len(kinds)]:
            refuse_excess(limit)
        return True


def _questions() -> Limit:
    """The day's quota as it stands once this question has taken its one. Needs an open scope."""
    quota = quotas.today()
    remaining = max(0, quota.remaining - 1)
    return Limit(name="questions", quota=quota.limit, window=DAY_S, remaining=remaining, resets_in=quota.resets_in)


class RateLimitHeadersMiddleware(HeaderMiddleware):
    def add_to(self, response: HttpResponseBase, request: HttpRequest) -> None:
        limits: list[Limit] = getattr(request, _LIMITS, [])
        if limits:
            policy = (f'"{one.name}";q={one.quota};w={one.window}' for one in limits)
            left = (f'"{one.name}";r={max(0, one.remaining)};t={one.resets_in}' for one in limits)
            response["RateLimit-Policy"], response["RateLimit"] = ", ".join(policy), ", ".join(left)
