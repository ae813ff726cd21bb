"""Who belongs to the tenant: listed, given another role, removed, invited by a link."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from tenants import api_keys, invitations, memberships
from tenants.api.strict import no_control_characters
from tenants.attributes import attributes_from_json
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError, Invalid
from tenants.principal import Principal
from tenants.roles import CHOICES, RANK, ROLES, Permission, Role
from tenants.web.page import page
from tenants.web.told import told, told_in

PER_PAGE = 100


class InvitationForm(forms.Form):
    role = forms.ChoiceField(
        choices=[(role.value, f"{role.value.title()}: {facts.summary}") for role, facts in ROLES.items()],
        initial=Role.ANALYST.value,
    )
    note = forms.CharField(
        max_length=100,
        required=False,
        label="For whom",
        help_text="For this list alone.",
        validators=[no_control_characters],
    )


class MemberForm(forms.Form):
    role = forms.ChoiceField(choices=CHOICES)
    attributes = forms.CharField(max_length=4_000, required=False)

    def clean_attributes(self) -> dict[str, Any]:
        text: str = self.cleaned_data["attributes"].strip() or "{}"
        try:
            return dict(attributes_from_json(json.loads(text)))
        except (ValueError, RecursionError):
            raise forms.ValidationError('Attributes are an object: {"region": "EU", "teams": [1, 2]}.') from None
        except DomainError as error:
            raise forms.ValidationError(error.message) from error


@never_cache
@page("GET", "POST", needs=Permission.READ_MEMBERS)
def members(request: HttpRequest, principal: Principal) -> HttpResponse:
    """A new invitation's link is shown once, in the answer to the form."""
    form = InvitationForm(request.POST or None)
    link = ""
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            link = _invited(request, principal, form)
            form = InvitationForm()
    with tenant_transaction(principal.tenant_id):
        shown = Paginator(memberships.members().order_by("user__username"), PER_PAGE).get_page(request.GET.get("page"))
        made = api_keys.numbers_made_by(one.user_id for one in shown)
        rows = [_row(one, made.get(one.user_id, 0)) for one in shown]
        context = {
            **{"form": form, "link": link, "page": shown, "members": rows, "roles": RANK},
            "waiting": list(invitations.open_invitations()),
        }
    return render(request, "page/members.html", context, status=422 if form.errors else 200)


@page("POST", needs=Permission.MANAGE_MEMBERS)
def change(request: HttpRequest, principal: Principal, member_id: UUID) -> HttpResponse:
    form = MemberForm(request.POST)
    with told(request), tenant_transaction(principal.tenant_id):
        if not form.is_valid():
            raise Invalid(" ".join(str(one) for found in form.errors.values() for one in found))
        role, attributes = Role(form.cleaned_data["role"]), form.cleaned_data["attributes"]
        memberships.set_attributes(principal, member_id, attributes=attributes)
        changed = memberships.change_role(principal, member_id, role=role)
        messages.success(request, f"Saved: {changed.user.username} is {role.value.title()}.")
    return redirect("members")


@page("POST", needs=Permission.MANAGE_MEMBERS)
def remove(request: HttpRequest, principal: Principal, member_id: UUID) -> HttpResponse:
    with told(request), tenant_transaction(principal.tenant_id):
        gone = memberships.remove(principal, member_id)
        keys = f" API keys that they made, now revoked: {gone.keys}." if gone.keys else ""
        messages.success(request, f"{gone.username} belongs here no more.{keys}")
    return redirect("members")


@page("POST", needs=Permission.MANAGE_MEMBERS)
def withdraw(request: HttpRequest, principal: Principal, invitation_id: UUID) -> HttpResponse:
    done = "Withdrawn: its link opens nothing any more."
    with told(request, done=done), tenant_transaction(principal.tenant_id):
        invitations.withdraw(principal, invitation_id)
    return redirect("members")


def _invited(request: HttpRequest, principal: Principal, form: InvitationForm) -> str:
    with tenant_transaction(principal.tenant_id):
        _, token = invitations.invite(principal, role=Role(form.cleaned_data["role"]), note=form.cleaned_data["note"])
    return request.build_absolute_uri(reverse("join", args=[token]))


def _row(member: Any, keys: int) -> dict[str, Any]:
    """`attributes` as the form takes it; empty where nothing is known of the person."""
    attributes = json.dumps(member.attributes, ensure_ascii=False) if member.attributes else ""
    return {"member": member, "attributes": attributes, "keys": keys}
