"""Pages are seen by signed-in people of a tenant that is not suspended; everyone else is told why not."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.active_tenant import belonging_of, principal_of
from tenants.memberships import belongings
from tenants.principal import Principal, TenantSuspended

P = ParamSpec("P")


def in_tenant(view: Callable[Concatenate[HttpRequest, Principal, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Hands the view the principal of the session's tenant."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            principal = principal_of(request)
        except TenantSuspended:
            return render(request, "nl2sql/suspended.html", tenant_context(request), status=403)
        if principal is None:
            return render(request, "nl2sql/no_tenant.html", status=403)
        return view(request, principal, *args, **kwargs)

    return guarded


def tenant_context(request: HttpRequest) -> dict[str, Any]:
    """What the head of every page shows: the tenant worked in, and those that could be."""
    assert request.user.pk is not None
    return {"belonging": belonging_of(request), "belongings": belongings(request.user.pk)}
