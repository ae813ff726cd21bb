"""Tenants and their people, for the platform's administrators."""

from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from tenants.api_keys import revoke
from tenants.models import ApiKey, AuditEvent, Membership, Tenant, UsageCounter, User
from tenants.tenant_admin import SESSION_KEY, ReadOnlyAdmin, TenantOwnedAdmin, actor_of

admin.site.register(User, UserAdmin)


class TenantForm(forms.ModelForm[Tenant]):
    class Meta:
        model = Tenant
        fields = ["slug", "name", "is_suspended", "questions_per_day", "time_zone", "fiscal_year_start_month"]

    def clean_time_zone(self) -> str:
        """Every question of the tenant reads it."""
        name: str = self.cleaned_data["time_zone"]
        if name not in available_timezones():
            raise forms.ValidationError("There is no such time zone: name one as in Europe/Paris, or UTC.")
        return name


@admin.register(Tenant)
class TenantAdmin(admin.ModelAdmin[Tenant]):
    form = TenantForm
    list_display = ["name", "slug", "is_suspended", "created_at"]
    search_fields = ["name", "slug"]
    actions = ["work_in"]

    @admin.action(description="Work in this tenant: show its sources, knowledge, keys and audit trail")
    def work_in(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, "Choose exactly one tenant.", messages.WARNING)
            return
        request.session[SESSION_KEY] = str(chosen[0].id)
        self.message_user(request, f"You now work in {chosen[0].name}.")

    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        """Deleting a tenant deletes its audit trail, which the application role cannot."""
        return False


@admin.register(Membership)
class MembershipAdmin(TenantOwnedAdmin[Membership]):
    list_display = ["user", "role", "created_at"]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin[ApiKey]):
    list_display = ["name", "prefix", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at"]
    exclude = ["digest"]
    actions = ["revoke_keys"]

    @admin.action(description="Revoke")
    def revoke_keys(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset[:100]:
            revoke(key, actor=actor_of(request))
        self.message_user(request, "Revoked.")


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin[AuditEvent]):
    list_display = ["at", "actor", "action", "subject"]
    search_fields = ["actor", "action", "subject"]
    list_filter = ["action"]


@admin.register(UsageCounter)
class UsageCounterAdmin(ReadOnlyAdmin[UsageCounter]):
    list_display = ["day", "kind", "amount"]
