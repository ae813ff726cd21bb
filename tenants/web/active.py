"""The tenant switcher."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tenants.active_tenant import SESSION_KEY
from tenants.memberships import belongings


@login_required
@require_POST
def choose_tenant(request: HttpRequest) -> HttpResponse:
    """Only tenants that one belongs to can be chosen; anything else changes nothing. `next` is one of our pages."""
    chosen, after = request.POST.get("tenant", ""), request.POST.get("next", "")
    assert request.user.pk is not None
    if any(str(one.tenant_id) == chosen for one in belongings(request.user.pk)):
        request.session[SESSION_KEY] = chosen
    return redirect(after if url_has_allowed_host_and_scheme(after, allowed_hosts=None) else "home")
