"""A person's own conversations: found, opened at their last question, renamed, deleted."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from nl2sql.running import conversations
from nl2sql.running.conversations import MAX_SEARCH, MAX_TITLE
from tenants.api.strict import no_control_characters
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.web.page import page
from tenants.web.told import told

PER_PAGE = 30


class TitleForm(forms.Form):
    title = forms.CharField(
        max_length=MAX_TITLE,
        error_messages={"required": "A conversation needs a title."},
        validators=[no_control_characters],
    )


@page("GET")
def listed(request: HttpRequest, principal: Principal) -> HttpResponse:
    search = request.GET.get("q", "").replace("\0", "").strip()[:MAX_SEARCH]
    with tenant_transaction(principal.tenant_id):
        found = conversations.own(principal, search=search).order_by(
            F("last_run_at").desc(nulls_last=True), "-created_at"
        )
        some = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        template = "conversations_list.html" if "HX-Request" in request.headers else "conversations.html"
        return render(request, f"nl2sql/{template}", {"page": some, "search": search})


@page("GET")
def shown(request: HttpRequest, principal: Principal, conversation_id: UUID) -> HttpResponse:
    """Leads to the last question, which shows those before it."""
    with tenant_transaction(principal.tenant_id):
        conversation = conversations.find(principal, conversation_id)
        last = conversations.runs_of(conversation).order_by("-created_at").values_list("id", flat=True).first()
    return redirect("run", run_id=last) if last else redirect("conversations")


@page("POST")
def renamed(request: HttpRequest, principal: Principal, conversation_id: UUID) -> HttpResponse:
    form = TitleForm(request.POST)
    with tenant_transaction(principal.tenant_id):
        conversations.find(principal, conversation_id)
        if form.is_valid():
            conversations.rename(principal, conversation_id, title=form.cleaned_data["title"])
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["title"])))
    return redirect("conversations")


@page("POST")
def deleted(request: HttpRequest, principal: Principal, conversation_id: UUID) -> HttpResponse:
    done = "The conversation is deleted, with its questions and answers."
    with told(request, done=done), tenant_transaction(principal.tenant_id):
        conversations.delete(principal, conversation_id)
    return redirect("conversations")
