"""Which of a person's tenants their session works in."""

from django.http import HttpRequest

from tenants.memberships import Belonging, belongings, principal_in
from tenants.principal import Principal

SESSION_KEY = "tenant"


def belonging_of(request: HttpRequest) -> Belonging | None:
    """The chosen tenant while the person still belongs to it, else their first; None for strangers and the lonely."""
    if not request.user.is_authenticated or request.user.pk is None:
        return None
    found = belongings(request.user.pk)
    chosen = request.session.get(SESSION_KEY)
    return next((one for one in found if str(one.tenant_id) == chosen), found[0] if found else None)


def principal_of(request: HttpRequest) -> Principal | None:
    """Raises TenantSuspended."""
    belonging = belonging_of(request)
    if belonging is None or request.user.pk is None:
        return None
    return principal_in(belonging, user_id=request.user.pk)
