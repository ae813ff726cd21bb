"""Which of a person's tenants their session works in."""

from django.http import HttpRequest

from tenants.memberships import belongings, principal_in
from tenants.models import Membership
from tenants.principal import Principal

SESSION_KEY = "tenant"


def belongings_of(request: HttpRequest) -> tuple[Membership, ...]:
    """None for strangers."""
    return belongings(request.user.pk) if request.user.is_authenticated and request.user.pk is not None else ()


def chosen_among(found: tuple[Membership, ...], request: HttpRequest) -> Membership | None:
    """The chosen tenant while the person still belongs to it, else their first; None for the lonely."""
    chosen = request.session.get(SESSION_KEY)
    return next((one for one in found if str(one.tenant_id) == chosen), found[0] if found else None)


def principal_of(request: HttpRequest) -> Principal | None:
    """Raises TenantSuspended."""
    membership = chosen_among(belongings_of(request), request)
    return None if membership is None else principal_in(membership)
