"""Connecting a database: described, tried, read for the first time; later changed, and read again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from schema_index import sources
from schema_index.models import DataSource
from schema_index.outbound.credentials import decrypt
from schema_index.sources import DataSourceInvalid, pick, set_password
from schema_index.syncing import proposed_schemas, sync_runs
from schema_index.tasks import send_sync
from schema_index.web.forms import SourceForm
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission
from tenants.web.page import page
from tenants.web.told import told_in


@page("GET", "POST", needs=Permission.MANAGE_SOURCES)
def new_source(request: HttpRequest, principal: Principal) -> HttpResponse:
    return _form_page(request, principal, SourceForm(request.POST or None), source=None)


@page("GET", "POST", needs=Permission.MANAGE_SOURCES)
def edit_source(request: HttpRequest, principal: Principal, slug: str) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        source = pick(slug)
    return _form_page(request, principal, SourceForm(request.POST or None, source=source), source=source)


@page("POST", needs=Permission.SYNC_SCHEMA)
def sync_now(request: HttpRequest, principal: Principal, slug: str) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        source = pick(slug)
        sync_runs.request(source, actor=principal.actor, send=send_sync)
    return redirect("catalogue-source", slug=source.slug)


@page("POST", needs=Permission.MANAGE_SOURCES)
def accept_schema(request: HttpRequest, principal: Principal, slug: str) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        source, fingerprint = pick(slug), request.POST.get("fingerprint", "")
        proposed_schemas.accept(source, fingerprint=fingerprint, actor=principal.actor, send=send_sync)
    return redirect("catalogue-source", slug=source.slug)


def _form_page(
    request: HttpRequest, principal: Principal, form: SourceForm, *, source: DataSource | None
) -> HttpResponse:
    told = ""
    is_test = request.POST.get("action") == "test"
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            told = _try_connection(principal, form)
            if not is_test:
                return _saved(request, principal, form)
    context = {"form": form, "source": source, "told": told}
    if is_test and "HX-Request" in request.headers:
        # htmx shows nothing of an answer that says 4xx.
        return render(request, "catalogue/tested.html", context)
    return render(request, "catalogue/source_form.html", context, status=422 if form.errors else 200)


def _try_connection(principal: Principal, form: SourceForm) -> str:
    """Before anything is stored: a source that cannot be reached would only be one more thing to clean up."""
    tried = DataSource(tenant_id=principal.tenant_id, slug=form.slug, **form.stored)
    set_password(tried, _password(form))
    return sources.test_connection(tried)


def _saved(request: HttpRequest, principal: Principal, form: SourceForm) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        if form.source is None and DataSource.objects.filter(slug=form.slug).exists():
            raise DataSourceInvalid("There is a data source of this name already: choose another.")
        source = sources.upsert(slug=form.slug, password=_password(form), actor=principal.actor, **form.stored)
        sync_runs.request(source, actor=principal.actor, send=send_sync)
    messages.success(request, "Connected. Its tables and columns are being read.")
    return redirect("catalogue-source", slug=source.slug)


def _password(form: SourceForm) -> str:
    """As entered, else the stored one, which the form lets pass only to the server it was for."""
    entered: str = form.cleaned_data["password"]
    source = form.source
    if entered or source is None or not source.encrypted_password:
        return entered
    return decrypt(bytes(source.encrypted_password), tenant_id=source.tenant_id, source_id=source.id)
