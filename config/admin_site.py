"""The admin works inside one tenant at a time: tenant-owned rows are shown in the scope that the operator chose."""

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from tenants.admin_reach import leave_foreign_tenant
from tenants.context import platform_transaction, tenant_transaction
from tenants.models import AuditEvent, Tenant
from tenants.tenant_admin import chosen_tenant

CHOOSE = "Choose a tenant to work in: open Tenants, mark one, and run “Work in this tenant”"

SHOWN_EVENTS = 10


class QuerentAdminSite(AdminSite):
    site_header = "Querent"
    site_title = "Querent"
    index_title = "Administration"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every admin page is rendered inside the chosen tenant's transaction, or the platform's where none is chosen.

        Rendering happens in here because a lazy template would read its rows after the scope had closed.
        """
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def scoped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            leave_foreign_tenant(request)
            chosen = chosen_tenant(request)
            if chosen is None:
                with platform_transaction():
                    return _rendered(guarded(request, *args, **kwargs))
            with platform_transaction(), tenant_transaction(chosen):
                return _rendered(guarded(request, *args, **kwargs))

        return scoped

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """With the tenant's latest events in place of Django's own log, which holds none of them."""
        is_chosen = chosen_tenant(request) is not None
        may_read = is_chosen and request.user.has_perm("tenants.view_auditevent")
        latest = list(AuditEvent.objects.all()[:SHOWN_EVENTS]) if may_read else []
        title = self.index_title if is_chosen else CHOOSE
        return super().index(request, {"title": title, "latest": latest, **(extra_context or {})})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        chosen = chosen_tenant(request)
        if chosen is not None:
            tenant = Tenant.objects.filter(id=chosen).first()
            if tenant is not None:
                context["site_header"] = f"Querent · {tenant.name}"
        return context


def _rendered(response: HttpResponse) -> HttpResponse:
    return response.render() if isinstance(response, TemplateResponse) else response
