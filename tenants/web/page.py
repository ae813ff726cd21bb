"""Pages are seen by signed-in people of a tenant that is not suspended; everyone else is told why not."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from tenants.active_tenant import principal_of
from tenants.domain_error import DomainError
from tenants.principal import InsufficientScope, Principal, TenantSuspended
from tenants.roles import Permission

P = ParamSpec("P")

View = Callable[Concatenate[HttpRequest, Principal, P], HttpResponse]


def page(*methods: str, needs: Permission | None = None) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """Hands the view the principal of the session's tenant, who has the permission that it `needs`.

    What the view may leave to it: InsufficientScope, and any error whose code is `not_found`.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponse]:
        @require_http_methods(methods)
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                principal = principal_of(request)
                if principal is None:
                    return render(request, "page/no_tenant.html", status=403)
                if needs is not None:
                    principal.require(needs)
                return view(request, principal, *args, **kwargs)
            except TenantSuspended:
                return render(request, "page/suspended.html", status=403)
            except InsufficientScope as error:
                return render(request, "page/forbidden.html", {"reason": error.message}, status=403)
            except DomainError as error:
                if error.code != "not_found":
                    raise
                raise Http404(error.message) from error

        return guarded

    return decorate
