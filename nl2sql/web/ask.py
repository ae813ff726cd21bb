"""The ask box: the start page, and where every question is sent."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from nl2sql import runs
from nl2sql.models import Run
from nl2sql.runs import AskRequest
from nl2sql.suggestions.suggest import suggest
from nl2sql.web.asked import asked
from nl2sql.web.forms import AskForm
from nl2sql.web.varied import varied
from schema_index.sources import source_choices
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.principal import Principal
from tenants.quotas import QuotaExceeded
from tenants.request_limits import RateLimited
from tenants.web.page import page

RECENT, SUGGESTED = 6, 6
LOOKED_AT = 24
"""Suggestions that the shown ones are chosen from."""


@page("GET", "POST")
def home(request: HttpRequest, principal: Principal) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        sources = source_choices()
    form = AskForm(request.POST or None, sources=sources)
    status = 400 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("run", run_id=_asked(request, principal, form).id)
        except DomainError as error:
            form.add_error(None, error.message)
            if isinstance(error, RateLimited | QuotaExceeded):
                status = 429
    return render(request, "nl2sql/home.html", _context(principal, form=form, sources=sources), status=status)


def _asked(request: HttpRequest, principal: Principal, form: AskForm) -> Run:
    question = AskRequest(
        question=form.cleaned_data["question"],
        data_source=form.cleaned_data["data_source"] or None,
        conversation_id=form.cleaned_data["conversation"],
        new_topic=form.cleaned_data["new_topic"],
    )
    return asked(request, principal, question)


def _context(principal: Principal, *, form: AskForm, sources: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "form": form,
        "has_sources": bool(sources),
        "suggestions": varied(suggest(principal, limit=LOOKED_AT), limit=SUGGESTED) if sources else (),
        "recent": runs.recent(principal, limit=RECENT),
    }
