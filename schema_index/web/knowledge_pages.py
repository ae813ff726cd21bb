"""FAQ entries and documents for those who write them: found, added, changed, deleted, brought back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from schema_index.documents.formats import IN_WORDS
from schema_index.knowledge import knowledge
from schema_index.knowledge.index import Entry
from schema_index.knowledge.progress import Embedded, embedded_states
from schema_index.knowledge.references import stale_reasons
from schema_index.models import Document, FaqEntry
from schema_index.sources import pick, source_choices
from schema_index.web.knowledge_forms import DocumentForm, EntryForm, FaqForm
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission
from tenants.web.page import page
from tenants.web.people import names_of
from tenants.web.told import told, told_in

PER_PAGE = 50
MAX_SEARCH = 200

Kind = Literal["faq", "documents"]

_MODELS: dict[str, type[FaqEntry] | type[Document]] = {"faq": FaqEntry, "documents": Document}
_FORMS: dict[str, type[EntryForm]] = {"faq": FaqForm, "documents": DocumentForm}
_LISTS = {"faq": "knowledge", "documents": "knowledge-documents"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`embedded` is None of what is not used."""

    entry: Entry
    title: str
    embedded: Embedded | None
    stale: str
    by: str


@page("GET", needs=Permission.MANAGE_KNOWLEDGE)
def listed(request: HttpRequest, principal: Principal, kind: Kind) -> HttpResponse:
    search = request.GET.get("q", "").replace("\0", "").strip()[:MAX_SEARCH]
    deleted = "deleted" in request.GET
    with tenant_transaction(principal.tenant_id):
        found = _MODELS[kind]._default_manager.select_related("source").filter(deleted_at__isnull=not deleted)
        if kind == "documents":
            found = found.defer("text")  # type: ignore[misc]  # of documents alone
        if search:
            found = found.filter(**{f"{_MODELS[kind].heading_field}__icontains": search})
        page = Paginator(found.order_by("-updated_at", "id"), PER_PAGE).get_page(request.GET.get("page"))
        entries = _shown(list(page))
    template = "list.html" if "HX-Request" in request.headers else "index.html"
    context = {
        **{"kind": kind, "address": reverse(_LISTS[kind]), "page": page, "entries": entries},
        **{"search": search, "deleted": deleted, "formats": IN_WORDS, "extra": "&deleted" if deleted else ""},
    }
    return render(request, f"knowledge/{template}", context)


@page("GET", "POST", needs=Permission.MANAGE_KNOWLEDGE)
def new(request: HttpRequest, principal: Principal, kind: Kind) -> HttpResponse:
    return _form_page(request, principal, kind, entry=None)


@page("GET", "POST", needs=Permission.MANAGE_KNOWLEDGE)
def edit(request: HttpRequest, principal: Principal, kind: Kind, entry_id: UUID) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        entry = _find(kind, entry_id)
    return _form_page(request, principal, kind, entry=entry)


@page("POST", needs=Permission.MANAGE_KNOWLEDGE)
def delete(request: HttpRequest, principal: Principal, kind: Kind, entry_id: UUID) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        knowledge.delete(_find(kind, entry_id), actor=principal.actor)
    messages.success(request, "Deleted: no question finds it any more. It can be brought back from “Deleted”.")
    return redirect(_LISTS[kind])


@page("POST", needs=Permission.MANAGE_KNOWLEDGE)
def restore(request: HttpRequest, principal: Principal, kind: Kind, entry_id: UUID) -> HttpResponse:
    with told(request, done="It is back, as it was."), tenant_transaction(principal.tenant_id):
        knowledge.restore(_find(kind, entry_id, deleted=True), actor=principal.actor)
    return redirect(_LISTS[kind])


def _form_page(request: HttpRequest, principal: Principal, kind: Kind, *, entry: Entry | None) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        form = _FORMS[kind](request.POST or None, request.FILES or None, entry=entry, sources=source_choices())
    # A file is read while the form is checked: no transaction is open.
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            return _saved(request, principal, kind, form, entry)
    with tenant_transaction(principal.tenant_id):
        shown = [] if entry is None else _shown([entry])
    context = {
        **{"kind": kind, "back": reverse(_LISTS[kind]), "form": form, "entry": entry},
        "shown": shown[0] if shown else None,
    }
    return render(request, "knowledge/entry.html", context, status=422 if form.errors else 200)


def _saved(
    request: HttpRequest, principal: Principal, kind: Kind, form: EntryForm, known: Entry | None
) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        entry = _MODELS[kind](tenant_id=principal.tenant_id) if known is None else _find(kind, known.id)
        slug = form.cleaned_data["data_source"]
        entry.source = pick(slug) if slug else None
        for name in (*form.texts, "review_state"):
            setattr(entry, name, form.cleaned_data[name])
        knowledge.store(entry, actor=principal.actor)
    messages.success(request, "Saved." if entry.is_used else "Saved. Questions do not find it in this state.")
    return redirect("knowledge-entry", kind=kind, entry_id=entry.id)


def _find(kind: Kind, entry_id: UUID, *, deleted: bool = False) -> Entry:
    """Raises KnowledgeNotFound."""
    if kind == "faq":
        return knowledge.find(FaqEntry, entry_id, deleted=deleted)
    return knowledge.find(Document, entry_id, deleted=deleted)


def _shown(entries: Sequence[Any]) -> list[Shown]:
    states = embedded_states(one.id for one in entries)
    stale, names = stale_reasons(one.id for one in entries), names_of(one.author for one in entries)
    return [
        Shown(
            entry=one,
            title=one.heading,
            embedded=states.get(one.id),
            stale=stale.get(one.id, ""),
            by=names.get(one.author, ""),
        )
        for one in entries
    ]
