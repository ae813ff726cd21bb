"""Tenants and their people, for the platform's administrators."""

from collections.abc import Callable
from contextvars import Context
from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from tenants import audit
from tenants.api_keys import revoke
from tenants.audit_admin import AuditEventAdmin
from tenants.budgets import BudgetLine, budget_lines
from tenants.context import tenant_transaction
from tenants.models import ApiKey, AuditEvent, Membership, Tenant, UsageCounter, User
from tenants.tenant_admin import SESSION_KEY, AuditedAdmin, ReadOnlyAdmin, TenantOwnedAdmin, actor_of
from tenants.tenant_calendar import NO_SUCH_ZONE, is_time_zone

T = TypeVar("T")

admin.site.register(User, UserAdmin)
admin.site.register(AuditEvent, AuditEventAdmin)


class TenantForm(forms.ModelForm[Tenant]):
    class Meta:
        model = Tenant
        fields = [
            *("slug", "name", "is_suspended", "questions_per_day"),
            *("model_tokens_per_day", "model_tokens_per_month", "model_cost_per_day", "model_cost_per_month"),
            *("time_zone", "fiscal_year_start_month"),
        ]

    def clean_time_zone(self) -> str:
        """Every question of the tenant reads it."""
        name: str = self.cleaned_data["time_zone"]
        if not is_time_zone(name):
            raise forms.ValidationError(NO_SUCH_ZONE)
        return name


@admin.register(Tenant)
class TenantAdmin(AuditedAdmin[Tenant]):
    form = TenantForm
    list_display = ["name", "slug", "is_suspended", "created_at"]
    search_fields = ["name", "slug"]
    actions = ["work_in"]
    readonly_fields = ["spent_on_models"]

    @admin.display(description="spent on models")
    def spent_on_models(self, tenant: Tenant) -> str:
        if tenant._state.adding:
            return "Nothing yet."
        lines = _in_tenant(tenant, lambda: list(budget_lines()))
        return format_html_join("", "<div>{}</div>", [(_told(line),) for line in lines])

    def save_model(self, request: HttpRequest, obj: Tenant, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        action = "admin.changed" if change else "admin.added"
        _record(action, actor=actor_of(request), tenant=obj, fields=form.changed_data)

    @admin.action(description="Work in this tenant: show its sources, knowledge, keys and audit trail")
    def work_in(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, "Choose exactly one tenant.", messages.WARNING)
            return
        request.session[SESSION_KEY] = str(chosen[0].id)
        _record("admin.entered", actor=actor_of(request), tenant=chosen[0])
        self.message_user(request, f"You now work in {chosen[0].name}.")

    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        """Deleting a tenant deletes its audit trail, which the application role cannot."""
        return False


def _record(action: str, *, actor: str, tenant: Tenant, **details: Any) -> None:
    subject = f"{tenant._meta.label}:{tenant.pk}"
    _in_tenant(tenant, lambda: audit.record(action, actor=actor, subject=subject, **details))


def _in_tenant(tenant: Tenant, act: Callable[[], T]) -> T:
    """In the scope of that tenant, which may be another than the one that the operator works in, and in the
    transaction of the action all the same: hence a context of its own, in which no scope is open yet."""

    def scoped() -> T:
        with tenant_transaction(tenant.id):
            return act()

    return Context().run(scoped)


def _told(line: BudgetLine) -> str:
    what = "tokens" if line.unit == "tokens" else "of money"
    when = "today (UTC)" if line.period == "day" else "this month"
    limit = "without a limit" if line.limit is None else f"of {line.limit:f}"
    return f"{line.used.normalize():f} {what} {when}, {limit}"


@admin.register(Membership)
class MembershipAdmin(TenantOwnedAdmin[Membership]):
    list_display = ["user", "role", "attributes", "created_at"]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin[ApiKey]):
    list_display = ["name", "prefix", "scopes", "role", "created_at", "expires_at", "revoked_at", "last_used_at"]
    exclude = ["digest"]
    actions = ["revoke_keys"]

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Nobody rewrites a key; whoever may change keys may revoke them."""
        return request.user.has_perm("tenants.change_apikey")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke_keys(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset[:100]:
            revoke(key, actor=actor_of(request))
        self.message_user(request, "Revoked.")


@admin.register(UsageCounter)
class UsageCounterAdmin(ReadOnlyAdmin[UsageCounter]):
    list_display = ["day", "kind", "amount"]
