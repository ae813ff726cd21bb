"""The catalogue: what a person may see of each source: tables, columns, keys, the last sync and what it changed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from schema_index.access.column_access import LIMITS
from schema_index.access.policies import policy_for
from schema_index.access.policy import Access
from schema_index.catalogue import catalogue_of
from schema_index.models import DataSource, SchemaChange, SyncRun
from schema_index.schema import Table
from schema_index.sources import DataSourceNotSynced, pick
from schema_index.syncing import sync_runs
from schema_index.syncing.proposed_schemas import proposed
from schema_index.syncing.visible_changes import visible_changes
from schema_index.web.neighbourhood import drawn, neighbourhood_of
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission
from tenants.web.page import page

MAX_SOURCES = 100
PER_PAGE = 100
MAX_CHANGES = 100
FRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSource:
    """`tables` is None where nothing was read yet."""

    source: DataSource
    run: SyncRun | None
    tables: int | None


@page("GET", needs=Permission.READ_SCHEMA)
def sources(request: HttpRequest, principal: Principal) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        found = list(DataSource.objects.select_related("snapshot").order_by("name")[:MAX_SOURCES])
        shown = [
            ShownSource(source=one, run=sync_runs.latest_run(one.id), tables=_table_count(one, principal))
            for one in found
        ]
    return render(request, "catalogue/sources.html", {"sources": shown})


@page("GET", needs=Permission.READ_SCHEMA)
def source_page(request: HttpRequest, principal: Principal, slug: str) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:200]
    with tenant_transaction(principal.tenant_id):
        source = _picked(slug)
        access = _access(source, principal)
        context = {
            "source": source,
            "run": sync_runs.latest_run(source.id),
            "search": search,
            "proposed": proposed(source),
        }
    tables = [] if access is None else [one for one in access.visible.tables if _matches(one, search)]
    page = Paginator(tables, PER_PAGE).get_page(request.GET.get("page"))
    template = "tables.html" if "HX-Request" in request.headers else "source.html"
    return render(
        request,
        f"catalogue/{template}",
        {**context, "page": page, "is_synced": access is not None, "is_fresh": _is_fresh(source)},
    )


@page("GET", needs=Permission.READ_SCHEMA)
def table_page(request: HttpRequest, principal: Principal, slug: str, name: str) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        source = _picked(slug)
        access = _access(source, principal)
    tables = access.visible.tables if access else ()
    table = next((one for one in tables if one.qualified_name == name), None)
    if access is None or table is None:
        raise Http404("There is no such table.")
    return render(request, "catalogue/table.html", {"source": source, **_table_context(table, source, access)})


@page("GET", needs=Permission.READ_SCHEMA)
def changes(request: HttpRequest, principal: Principal, slug: str) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        source = _picked(slug)
        policy = policy_for(source, role=principal.role)
        found = visible_changes(source, policy=policy, limit=MAX_CHANGES + 1)
    by_revision: dict[int, list[SchemaChange]] = {}
    for change in found[:MAX_CHANGES]:
        by_revision.setdefault(change.snapshot.revision, []).append(change)
    context = {"source": source, "revisions": list(by_revision.values()), "is_cut": len(found) > MAX_CHANGES}
    return render(request, "catalogue/changes.html", context)


@page("GET", needs=Permission.READ_SCHEMA)
def sync_state(request: HttpRequest, principal: Principal, slug: str) -> HttpResponse:
    """How far the sync is; once it is over, the page is asked to load itself again."""
    with tenant_transaction(principal.tenant_id):
        source = _picked(slug)
        run = sync_runs.latest_run(source.id)
    response = render(request, "catalogue/sync_state.html", {"source": source, "run": run})
    if run is None or not run.is_active:
        response["HX-Refresh"] = "true"
    return response


def _table_context(table: Table, source: DataSource, access: Access) -> dict[str, Any]:
    around = neighbourhood_of(table, access.visible)

    def address(name: str) -> str:
        return reverse("catalogue-table", args=[source.slug, name])

    refers = {column: key for key in table.foreign_keys for column in key.columns}
    columns = [
        {
            "column": column,
            "is_key": column.name in table.primary_key,
            "refers": refers.get(column.name),
            "limit": LIMITS.get(access.column_access(f"{table.qualified_name}.{column.name}")),
        }
        for column in table.columns
    ]
    picture = "" if around.is_alone else drawn(around, address=address)
    return {"table": table, "columns": columns, "around": around, "picture": picture}


def _picked(slug: str) -> DataSource:
    """With its snapshot, which templates read after the transaction. Raises DataSourceNotFound."""
    return DataSource.objects.select_related("snapshot").get(id=pick(slug).id)


def _access(source: DataSource, principal: Principal) -> Access | None:
    """What the person may see; None where nothing was read yet."""
    try:
        return catalogue_of(source, principal).access
    except DataSourceNotSynced:
        return None


def _table_count(source: DataSource, principal: Principal) -> int | None:
    access = _access(source, principal)
    return None if access is None else len(access.visible.tables)


def _is_fresh(source: DataSource) -> bool:
    """Read for the first time a moment ago: whoever connected it wants to know how to go on."""
    is_first = source.snapshot is not None and source.snapshot.revision == 1
    return is_first and source.synced_at is not None and timezone.now() - source.synced_at < FRESH


def _matches(table: Table, search: str) -> bool:
    """Every word is somewhere in the table's names or comments."""
    text = f"{table.qualified_name} {table.comment} {' '.join(column.name for column in table.columns)}".casefold()
    return all(word in text for word in search.casefold().split())
