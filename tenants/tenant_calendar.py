"""Where a tenant's day begins, and in which month its fiscal year: what "last month" and "last fiscal year" mean."""

from uuid import UUID
from zoneinfo import available_timezones

from tenants import audit
from tenants.context import tenant_transaction
from tenants.domain_error import Invalid
from tenants.models import Tenant

NO_SUCH_ZONE = "There is no such time zone: name one as in Europe/Paris, or UTC."
NO_SUCH_MONTH = "A fiscal year begins in a month: a number from 1 to 12."


def is_time_zone(name: str) -> bool:
    return name in available_timezones()


def set_calendar(
    tenant_id: UUID, *, time_zone: str | None = None, fiscal_year_start_month: int | None = None, actor: str
) -> Tenant:
    """What is None stays. Holds for questions asked from now on. Raises Invalid."""
    if time_zone is not None and not is_time_zone(time_zone):
        raise Invalid(NO_SUCH_ZONE)
    if fiscal_year_start_month is not None and not 1 <= fiscal_year_start_month <= 12:
        raise Invalid(NO_SUCH_MONTH)
    given = {"time_zone": time_zone, "fiscal_year_start_month": fiscal_year_start_month}
    changed = {name: value for name, value in given.items() if value is not None}
    with tenant_transaction(tenant_id):
        tenant = Tenant.objects.select_for_update().get(id=tenant_id)
        for name, value in changed.items():
            setattr(tenant, name, value)
        if changed:
            tenant.save(update_fields=list(changed))
            audit.record("tenant.calendar_changed", actor=actor, subject=tenant.slug, **changed)
    return tenant
