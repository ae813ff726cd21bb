"""Tenants and their people, for the platform's administrators."""

from collections.abc import Callable
from contextvars import Context
from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from tenants import audit, memberships
from tenants.admin_reach import reachable_tenants
from tenants.api_keys import revoke
from tenants.audit_admin import AuditEventAdmin
from tenants.budgets import BudgetLine, budget_lines
from tenants.context import tenant_transaction
from tenants.models import ApiKey, AuditEvent, Membership, Tenant, UsageCounter, User
from tenants.tenant_admin import SESSION_KEY, AuditedAdmin, ReadOnlyAdmin, TenantOwnedAdmin, actor_of
from tenants.tenant_calendar import NO_SUCH_ZONE, is_time_zone

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=Model)


class PlatformOnly(admin.ModelAdmin[ModelT]):
    """Belongs to no tenant: for superusers, whatever permissions other staff were given."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: ModelT | None = None) -> bool:
        return _is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: ModelT | None = None) -> bool:
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: ModelT | None = None) -> bool:
        return _is_superuser(request)


@admin.register(User)
class PlatformUserAdmin(PlatformOnly[User], UserAdmin[User]):
    """The accounts of people of all tenants."""


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


admin.site.register(AuditEvent, AuditEventAdmin)


class TenantForm(forms.ModelForm[Tenant]):
    class Meta:
        model = Tenant
        fields = [
            *("slug", "name", "is_suspended", "questions_per_day"),
            *("model_tokens_per_day", "model_tokens_per_month", "model_cost_per_day", "model_cost_per_month"),
            *("keep_results_days", "keep_questions_days", "keep_audit_days"),
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
    list_display = ["name", "slug", "state", "created_at"]
    list_filter = ["is_suspended"]
    search_fields = ["name", "slug"]
    actions = ["work_in"]
    readonly_fields = ["spent_on_models"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        reach = reachable_tenants(request.user)
        return super().get_queryset(request) if reach is None else super().get_queryset(request).filter(id__in=reach)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        """Suspension, quotas and budgets are what the platform sets."""
        return _is_superuser(request)

    @admin.display(description="state", ordering="is_suspended")
    def state(self, tenant: Tenant) -> str:
        return "suspended" if tenant.is_suspended else "active"

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
    list_select_related = ["user"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The form offers the people of all tenants."""
        return _is_superuser(request) and super().has_add_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        """A membership stays its person's: another one gets their own."""
        return [] if _is_superuser(request) and obj is None else ["user"]

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        memberships.end(obj, actor=actor_of(request))
        super().delete_model(request, obj)


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
