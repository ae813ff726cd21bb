"""Data sources over HTTP: what there is, what it contains, what changed, and a sync of it."""

from functools import partial

from rest_framework import serializers
from rest_framework.views import APIView

from schema_index.access.policies import policy_for
from schema_index.api.data_source_serializers import (
    DataSourceListSerializer,
    DataSourceSerializer,
    SchemaChangeSerializer,
    SchemaPageSerializer,
    TableSerializer,
)
from schema_index.api.jobs import EXAMPLE, JobSerializer, job_of
from schema_index.catalogue import catalogue_of
from schema_index.connectors.postgres import POSTGRES
from schema_index.models import DataSource, SchemaChange
from schema_index.sources import pick
from schema_index.syncing import sync_runs
from schema_index.syncing.visible_changes import visible_changes
from schema_index.tasks import send_sync
from tenants.api.cursor import Page, PageSerializer, cursor_of, page_of, place_of
from tenants.api.operation import Call, Operation
from tenants.api.strict import Fields
from tenants.principal import Principal
from tenants.roles import Permission

MAX_SOURCES = 500
"""Of one tenant; more would be somebody's mistake, and a list of them no answer."""

SOURCE = {
    "slug": "shop",
    "name": "Shop",
    "dialect": POSTGRES.dialect,
    "revision": 3,
    "synced_at": "2026-11-21T13:00:03Z",
    "sync_every": 60,
    "error": "",
    "last_sync": None,
    "links": {
        "self": "/api/v1/data-sources/shop",
        "schema": "/api/v1/data-sources/shop/schema",
        "changes": "/api/v1/data-sources/shop/changes",
        "sync": "/api/v1/data-sources/shop/sync",
    },
}

CHANGES = {
    "items": [
        {
            "revision": 3,
            "at": "2026-11-21T13:00:03Z",
            "kind": "column_renamed",
            "table": "public.orders",
            "column": "amount",
            "renamed_from": "total",
            "detail": "renamed total → amount",
        }
    ],
    "next": None,
}


_operation = partial(Operation, tag="Data sources", needs=Permission.READ_SCHEMA, in_scope=True)


class DataSourceListView(APIView):
    @_operation(
        "list_data_sources",
        "The tenant's data sources",
        gives=DataSourceListSerializer,
        shows={"One source": {"items": [SOURCE]}},
    )
    def get(self, call: Call) -> Fields:
        sources = DataSource.objects.select_related("snapshot").order_by("slug")[:MAX_SOURCES]
        return {"items": [_source(source, call.principal) for source in sources]}


class DataSourceView(APIView):
    @_operation("get_data_source", "One data source", gives=DataSourceSerializer, shows={"A source": SOURCE})
    def get(self, call: Call, slug: str) -> Fields:
        return _source(pick(slug), call.principal)


class SchemaView(APIView):
    @_operation(
        "get_schema",
        "What the source contains, as far as you may see it",
        query=PageSerializer,
        gives=SchemaPageSerializer,
        wrong=["data_source_not_synced"],
    )
    def get(self, call: Call, slug: str) -> Fields:
        source = pick(slug)
        schema = catalogue_of(source, call.principal).schema
        revision = source.snapshot.revision if source.snapshot else 0
        start = 0
        if "cursor" in call.query:
            of_revision, start = place_of(call.query["cursor"], length=2)
            if of_revision != revision:
                raise serializers.ValidationError(
                    {"cursor": ["The schema has changed meanwhile: start again without a cursor."]}
                )
        end = start + call.query["limit"]
        return {
            "revision": revision,
            "dialect": schema.dialect,
            "default_schema": schema.default_schema,
            "tables_in_all": len(schema.tables),
            "items": TableSerializer(schema.tables[start:end], many=True).data,
            "next": cursor_of([revision, end]) if end < len(schema.tables) else None,
        }


class SchemaChangesView(APIView):
    @_operation(
        "list_schema_changes",
        "What changed at each sync, newest first",
        query=PageSerializer,
        gives=page_of("SchemaChangePage", SchemaChangeSerializer),
        shows={"A renamed column": CHANGES},
    )
    def get(self, call: Call, slug: str) -> Page[SchemaChange]:
        after = None
        if "cursor" in call.query:
            revision, place = place_of(call.query["cursor"], length=2)
            after = (revision, place)
        limit = call.query["limit"]
        source = pick(slug)
        policy = policy_for(source, role=call.principal.role)
        found = visible_changes(source, policy=policy, limit=limit + 1, after=after)
        shown = found[:limit]
        last = [shown[-1].snapshot.revision, shown[-1].place] if len(found) > limit else None
        return Page(items=shown, next=cursor_of(last) if last else None)


class SyncView(APIView):
    @_operation(
        "sync_data_source",
        "Have the source synced; the one under way counts",
        needs=Permission.SYNC_SCHEMA,
        gives=JobSerializer,
        status=202,
        says="The job; `Location` holds its address.",
        shows={"Under way": EXAMPLE},
    )
    def post(self, call: Call, slug: str) -> Fields:
        source = pick(slug)
        run = sync_runs.request(source, actor=call.principal.actor, send=send_sync)
        return job_of(run, source, call.principal)


def _source(source: DataSource, principal: Principal) -> Fields:
    run = sync_runs.latest_run(source.id)
    address = f"/api/v1/data-sources/{source.slug}"
    return {
        "slug": source.slug,
        "name": source.name,
        "dialect": source.dialect,
        "revision": source.snapshot.revision if source.snapshot else None,
        "synced_at": source.synced_at,
        "sync_every": source.sync_every,
        "error": source.sync_error,
        "last_sync": None if run is None else job_of(run, source, principal),
        "links": {"self": address, **{part: f"{address}/{part}" for part in ("schema", "changes", "sync")}},
    }
