"""Admin of tenant-owned rows: inside the tenant that the operator chose to work in, and nowhere else."""

from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tenants import audit
from tenants.models import TenantOwned

SESSION_KEY = "admin_tenant"

OwnedT = TypeVar("OwnedT", bound=TenantOwned)
ModelT = TypeVar("ModelT", bound=Model)


def chosen_tenant(request: HttpRequest) -> UUID | None:
    chosen = request.session.get(SESSION_KEY)
    return UUID(chosen) if chosen else None


def actor_of(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"


class TenantOwnedForm(forms.ModelForm[OwnedT]):
    """Checks what is unique in a tenant against the one that the operator works in, which is no field of the form."""

    tenant_id: ClassVar[UUID | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.tenant_id is not None:
            self.instance.tenant_id = self.tenant_id

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # not in the stubs
        return excluded - {"tenant"}


class AuditedAdmin(admin.ModelAdmin[ModelT]):
    """What is done here stands in the tenant's audit trail, which row-level security guards and the tenant's end
    deletes; nothing of it in Django's own log of the admin, which is one table for all."""

    def log_addition(self, request: HttpRequest, obj: ModelT, message: Any) -> None:  # type: ignore[override]
        """Nothing: `save_model` leaves the event."""

    def log_change(self, request: HttpRequest, obj: ModelT, message: Any) -> None:  # type: ignore[override]
        """Nothing: `save_model` leaves the event."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:  # type: ignore[override]
        """Nothing: `delete_model` leaves the event."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The audit trail's rows of this thing."""
        return HttpResponseRedirect(f"{reverse('admin:tenants_auditevent_changelist')}?q={object_id}")


class TenantOwnedAdmin(AuditedAdmin[OwnedT]):
    """Shows nothing and adds nothing until a tenant is chosen. Every change leaves an audit event."""

    form = TenantOwnedForm  # type: ignore[assignment]  # the stubs want the form of one model, not of any

    def get_form(
        self, request: HttpRequest, obj: OwnedT | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[OwnedT]]:
        form = super().get_form(request, obj, change=change, **kwargs)
        # A class of this request's own: the factory makes one each time.
        form.tenant_id = chosen_tenant(request)  # type: ignore[attr-defined]  # a TenantOwnedForm by `form` above
        return form

    def get_queryset(self, request: HttpRequest) -> QuerySet[OwnedT]:
        if chosen_tenant(request) is None:
            return models.QuerySet(self.model).none()
        return super().get_queryset(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return chosen_tenant(request) is not None and super().has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: OwnedT, form: Any, change: bool) -> None:
        tenant_id = chosen_tenant(request)
        assert tenant_id is not None
        obj.tenant_id = tenant_id
        super().save_model(request, obj, form, change)
        audit.record(
            f"admin.{'changed' if change else 'added'}",
            actor=actor_of(request),
            subject=f"{obj._meta.label}:{obj.pk}",
            fields=form.changed_data,
        )

    def delete_model(self, request: HttpRequest, obj: OwnedT) -> None:
        audit.record("admin.deleted", actor=actor_of(request), subject=f"{obj._meta.label}:{obj.pk}")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[OwnedT]) -> None:
        """One by one, so that each leaves its event and whatever a subclass does about it."""
        for obj in queryset:
            self.delete_model(request, obj)


class ReadOnlyAdmin(TenantOwnedAdmin[OwnedT]):
    """For what happened: it can be read and not rewritten."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OwnedT | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OwnedT | None = None) -> bool:
        return False
