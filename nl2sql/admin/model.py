"""The language model of the tenant that the operator works in."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from nl2sql.generation.errors import LlmError
from nl2sql.model_access.endpoint_policy import ModelForbidden
from nl2sql.model_access.model_test import greet
from nl2sql.model_access.tenant_models import MAX_KEY, ModelSettingsInvalid, prepared, propose
from nl2sql.models import TenantModel
from nl2sql.models.tenant_model import SETTINGS
from nl2sql.tasks import request_trial
from tenants.domain_error import DomainError
from tenants.tenant_admin import TenantOwnedAdmin, TenantOwnedForm, actor_of, chosen_tenant

NAMED = ("base_url", "model", "input_price", "output_price")
STATE = ["state", "report", "updated_at"]


class TenantModelForm(TenantOwnedForm[TenantModel]):
    key = forms.CharField(
        required=False,
        max_length=MAX_KEY,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Stored encrypted and never shown. Leave empty to keep the one that is stored.",
    )
    without_key = forms.BooleanField(required=False, help_text="Forget the stored key: the endpoint needs none.")

    class Meta:
        model = TenantModel
        fields = SETTINGS

    def clean(self) -> dict[str, Any]:
        """What would be stored, judged before anything is."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors or self.tenant_id is None:
            return cleaned
        key = "" if cleaned["without_key"] else cleaned["key"] or None
        try:
            cleaned["row"] = prepared(TenantModel(**{name: cleaned[name] for name in SETTINGS}), key=key, actor="")
        except ModelSettingsInvalid as error:
            self.add_error(error.field, error.message)
        except ModelForbidden as error:
            self.add_error("base_url", error.message)
        except LlmError as error:
            self.add_error("key", error.message)
        return cleaned

    def _post_clean(self) -> None:
        """The instance stays as it is: what is stored is a candidate of its own."""


@admin.register(TenantModel)
class TenantModelAdmin(TenantOwnedAdmin[TenantModel]):
    form = TenantModelForm
    list_display = ["__str__", "base_url", "state", "report", "updated_at"]
    readonly_fields = STATE
    actions = ["test"]

    def get_fieldsets(self, request: HttpRequest, obj: TenantModel | None = None) -> Any:
        state = [("What is known of it", {"fields": STATE})] if obj is not None else []
        return [
            (None, {"fields": ["base_url", "key", "without_key", "model"]}),
            *state,
            ("Price of a million tokens", {"fields": ["input_price", "output_price"]}),
            ("How it is asked", {"fields": [name for name in SETTINGS if name not in NAMED]}),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not TenantModel.objects.exists()

    def save_model(self, request: HttpRequest, obj: TenantModel, form: Any, change: bool) -> None:
        assert chosen_tenant(request) is not None
        row: TenantModel = form.cleaned_data["row"]
        row.actor = actor_of(request)
        propose(row, send=request_trial)
        obj.pk, obj.tenant_id = row.pk, row.tenant_id
        for name in [*SETTINGS, "is_candidate"]:
            setattr(obj, name, getattr(row, name))
        if row.is_candidate:
            told = "It waits until the verified queries were asked of it: reload in a while to see what they say."
            self.message_user(request, told, messages.WARNING)

    @admin.display(description="state")
    def state(self, row: TenantModel) -> str:
        if not row.is_candidate:
            return "in use"
        return "refused: it breaks verified queries" if row.is_refused else "waits for its trial"

    @admin.action(description="Test: ask it one short thing", permissions=["change"])
    def test(self, request: HttpRequest, queryset: QuerySet[TenantModel]) -> HttpResponse:
        # Once the page's transaction is over: a model that does not answer must not hold it open.
        transaction.on_commit(partial(self._test, request), robust=True)
        return HttpResponseRedirect(request.get_full_path())

    def _test(self, request: HttpRequest) -> None:
        tenant_id = chosen_tenant(request)
        assert tenant_id is not None
        try:
            greeted = greet(tenant_id, actor=actor_of(request))
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            self.message_user(request, f"{greeted.model} answers ({greeted.ms} ms).", messages.SUCCESS)
