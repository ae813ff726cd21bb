"""Pages are seen by signed-in people of a tenant that is not suspended; everyone else is told why not."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.active_tenant import principal_of
from tenants.domain_error import DomainError
from tenants.principal import InsufficientScope, Principal, TenantSuspended

P = ParamSpec("P")

View = Callable[Concatenate[HttpRequest, Principal, P], HttpResponse]


def in_tenant(view: View[P]) -> Callable[..., HttpResponse]:
    """Hands the view the principal of the session's tenant.

    What the view may leave to it: InsufficientScope, and any error whose code is `not_found`.
    """

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            principal = principal_of(request)
            if principal is None:
                return render(request, "page/no_tenant.html", status=403)
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
