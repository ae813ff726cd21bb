"""Counts each request against its caller's limits, and tells the caller how they stand.

The fields are those of the IETF's draft-ietf-httpapi-ratelimit-headers.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from tenants import quotas
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.request_limits import Limit, RequestKind, count, refuse_excess

if TYPE_CHECKING:  # views import their default throttles while they are themselves imported
    from rest_framework.views import APIView

DAY_S = 24 * 3600
_LIMITS = "_rate_limits"

GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class CallerThrottle(BaseThrottle):
    """A view names further limits of its own: `limited_as = "searches"`, or `takes_questions = True`."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Raises TooManyRequests, whose problem details say more than a refusal."""
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


class RateLimitHeadersMiddleware:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        response = self._get_response(request)
        if isinstance(response, HttpResponseBase):
            return _told(response, request)
        return self._told_later(response, request)

    async def _told_later(self, pending: Awaitable[HttpResponseBase], request: HttpRequest) -> HttpResponseBase:
        return _told(await pending, request)


def _told(response: HttpResponseBase, request: HttpRequest) -> HttpResponseBase:
    limits: list[Limit] = getattr(request, _LIMITS, [])
    if limits:
        response["RateLimit-Policy"] = ", ".join(f'"{one.name}";q={one.quota};w={one.window}' for one in limits)
        response["RateLimit"] = ", ".join(f'"{one.name}";r={max(0, one.remaining)};t={one.resets_in}' for one in limits)
    return response
