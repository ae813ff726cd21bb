"""API keys: made, shown once, revoked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from tenants import api_keys
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import RANK, Permission, Role
from tenants.web.page import page
from tenants.web.told import told_in

SHOWN = 200

SCOPES = {
    Permission.ASK: "Ask questions",
    Permission.READ_SCHEMA: "Read the catalogue",
    Permission.SYNC_SCHEMA: "Start syncs",
    Permission.MANAGE_KNOWLEDGE: "Change FAQ, documents and verified queries",
    Permission.MANAGE_SOURCES: "Change data sources and policies",
    Permission.MANAGE_MODEL: "Choose the language model",
    Permission.MANAGE_KEYS: "Make and revoke keys",
    Permission.READ_USAGE: "Read the usage",
    Permission.READ_AUDIT: "Read audit events",
    Permission.READ_MEMBERS: "Read who belongs to the tenant",
    Permission.MANAGE_MEMBERS: "Change members",
    Permission.EMBED: "Show the ask box to people of your product",
}
LIVES = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "never")]


class KeyForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="Which program it is for.")
    role = forms.ChoiceField(label="Sees data as", help_text="By the policies of this role.")
    days = forms.ChoiceField(choices=LIVES, initial="90", required=False, label="Ends after")
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, initial=[Permission.ASK])

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = RANK[: RANK.index(principal.role) + 1]
        self.fields["role"].choices = [(role.value, role.value.title()) for role in roles]  # type: ignore[attr-defined]
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (scope.value, SCOPES.get(scope, scope.value)) for scope in Permission if scope in principal.permissions
        ]


@never_cache
@page("GET", "POST", needs=Permission.MANAGE_KEYS)
def keys(request: HttpRequest, principal: Principal) -> HttpResponse:
    form = KeyForm(request.POST or None, principal=principal)
    secret = ""
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            secret = _made(principal, form)
            form = KeyForm(principal=principal)
    with tenant_transaction(principal.tenant_id):
        found = list(api_keys.known_keys().order_by("revoked_at", "-created_at")[:SHOWN])
    context = {
        **{"form": form, "keys": sorted(found, key=lambda key: key.revoked_at is not None)},
        **{"secret": secret, "origin": request.build_absolute_uri("/")[:-1]},
    }
    return render(request, "page/keys.html", context, status=422 if form.errors else 200)


@page("POST", needs=Permission.MANAGE_KEYS)
def revoke(request: HttpRequest, principal: Principal, key_id: UUID) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        key = api_keys.find(key_id)
        api_keys.revoke(key, actor=principal.actor)
    messages.success(request, f"“{key.name}” is revoked: it opens nothing any more.")
    return redirect("keys")


def _made(principal: Principal, form: KeyForm) -> str:
    days = form.cleaned_data["days"]
    with tenant_transaction(principal.tenant_id):
        _, text = api_keys.issue_within(
            principal,
            name=form.cleaned_data["name"],
            scopes=[Permission(scope) for scope in form.cleaned_data["scopes"]],
            role=Role(form.cleaned_data["role"]),
            expires_at=timezone.now() + timedelta(days=int(days)) if days else None,
        )
    return text
