"""The page: ask, and see the answer with its evidence. Works without JavaScript."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nl2sql import runs
from nl2sql.models import Run
from nl2sql.rate_limit import RateLimited
from nl2sql.runs import AskRequest, RunNotFound
from nl2sql.web.forms import AskForm
from nl2sql.web.highlight import highlighted_sql
from nl2sql.web.in_tenant import in_tenant, tenant_context
from nl2sql.web.result_table import shown_rows
from schema_index.sources import source_choices
from tenants.active_tenant import SESSION_KEY
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.memberships import belongings
from tenants.principal import Principal
from tenants.quotas import QuotaExceeded

RECENT = 10


@require_http_methods(["GET", "POST"])
@in_tenant
def home(request: HttpRequest, principal: Principal) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        sources = source_choices()
    form = AskForm(request.POST or None, sources=sources)
    status = 400 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            run = runs.ask(
                principal,
                AskRequest(
                    question=form.cleaned_data["question"], data_source=form.cleaned_data["data_source"] or None
                ),
                request_id=request.META.get("HTTP_X_REQUEST_ID", ""),
            )
            return redirect("run", run_id=run.id)
        except DomainError as error:
            form.add_error(None, error.message)
            if isinstance(error, RateLimited | QuotaExceeded):
                status = 429
    return render(request, "nl2sql/home.html", _context(request, principal, form=form), status=status)


@require_GET
@in_tenant
def run_page(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    try:
        run = runs.find(principal, run_id)
    except RunNotFound as error:
        raise Http404(error.message) from error
    with tenant_transaction(principal.tenant_id):
        sources = source_choices()
    form = AskForm(sources=sources, initial={"data_source": run.source_slug})
    form.fields["question"].widget.attrs.pop("autofocus", None)
    return render(request, "nl2sql/run.html", _context(request, principal, form=form, **_run_context(run)))


@login_required
@require_POST
def choose_tenant(request: HttpRequest) -> HttpResponse:
    """Only tenants that the person belongs to can be chosen; anything else changes nothing."""
    chosen = request.POST.get("tenant", "")
    assert request.user.pk is not None
    if any(str(one.tenant_id) == chosen for one in belongings(request.user.pk)):
        request.session[SESSION_KEY] = chosen
    return redirect("home")


def _run_context(run: Run) -> dict[str, Any]:
    reply = runs.reply_of(run)
    if reply.get("result"):
        reply["result"].update(shown_rows(reply["result"]))
    return {
        "run": run,
        "reply": reply,
        "sql_html": highlighted_sql(reply["sql"]["text"], dialect=reply["sql"]["dialect"]) if reply.get("sql") else "",
    }


def _context(request: HttpRequest, principal: Principal, **more: Any) -> dict[str, Any]:
    return {
        **tenant_context(request),
        "recent": runs.recent(principal, limit=RECENT),
        "model": settings.ENVIRONMENT.llm_model if settings.ENVIRONMENT.model_configured else "",
        **more,
    }
