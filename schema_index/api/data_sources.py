"""Data sources over HTTP: what there is, what it contains, what changed, and a sync of it."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from schema_index.access.policies import policy_for
from schema_index.api.data_source_serializers import (
    DataSourceListSerializer,
    DataSourceSerializer,
    SchemaChangePageSerializer,
    SchemaChangeSerializer,
    SchemaPageSerializer,
    TableSerializer,
)
from schema_index.api.jobs import EXAMPLE, JobSerializer, job_address, job_of
from schema_index.catalogue import catalogue_of
from schema_index.connectors.postgres import POSTGRES
from schema_index.models import DataSource
from schema_index.sources import pick
from schema_index.syncing import sync_runs
from schema_index.syncing.visible_changes import visible_changes
from schema_index.tasks import send_sync
from tenants.api.cursor import PageSerializer, cursor_of, place_of
from tenants.api.permissions import principal_of
from tenants.api.problems import problems
from tenants.api.strict import read_body, read_query, refuse_parameters
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission

TAGS = ["Data sources"]

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


def _example(name: str, value: Any) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, response_only=True, status_codes=["200", "202"])]


class DataSourceListView(APIView):
    @extend_schema(
        operation_id="list_data_sources",
        tags=TAGS,
        summary="The tenant's data sources",
        responses=DataSourceListSerializer,
        examples=_example("One source", {"items": [SOURCE]}),
    )
    def get(self, request: Request) -> Response:
        principal = principal_of(request, needs=Permission.READ_SCHEMA)
        refuse_parameters(request)
        with tenant_transaction(principal.tenant_id):
            sources = DataSource.objects.select_related("snapshot").order_by("slug")[:MAX_SOURCES]
            return Response({"items": [_source(source, principal) for source in sources]})


class DataSourceView(APIView):
    @extend_schema(
        operation_id="get_data_source",
        tags=TAGS,
        summary="One data source",
        responses={200: DataSourceSerializer, **problems(404)},
        examples=_example("A source", SOURCE),
    )
    def get(self, request: Request, slug: str) -> Response:
        principal = principal_of(request, needs=Permission.READ_SCHEMA)
        refuse_parameters(request)
        with tenant_transaction(principal.tenant_id):
            return Response(_source(pick(slug), principal))


class SchemaView(APIView):
    @extend_schema(
        operation_id="get_schema",
        tags=TAGS,
        summary="What the source contains, as far as you may see it",
        parameters=[PageSerializer],
        responses={200: SchemaPageSerializer, **problems(404, "data_source_not_synced")},
    )
    def get(self, request: Request, slug: str) -> Response:
        principal = principal_of(request, needs=Permission.READ_SCHEMA)
        page = read_query(request, PageSerializer)
        with tenant_transaction(principal.tenant_id):
            source = pick(slug)
            schema = catalogue_of(source, principal).schema
            revision = source.snapshot.revision if source.snapshot else 0
        start = 0
        if "cursor" in page:
            of_revision, start = place_of(page["cursor"], length=2)
            if of_revision != revision:
                raise serializers.ValidationError(
                    {"cursor": ["The schema has changed meanwhile: start again without a cursor."]}
                )
        end = start + page["limit"]
        return Response(
            {
                "revision": revision,
                "dialect": schema.dialect,
                "default_schema": schema.default_schema,
                "tables_in_all": len(schema.tables),
                "items": TableSerializer(schema.tables[start:end], many=True).data,
                "next": cursor_of([revision, end]) if end < len(schema.tables) else None,
            }
        )


class SchemaChangesView(APIView):
    @extend_schema(
        operation_id="list_schema_changes",
        tags=TAGS,
        summary="What changed at each sync, newest first",
        parameters=[PageSerializer],
        responses={200: SchemaChangePageSerializer, **problems(404)},
        examples=_example("A renamed column", CHANGES),
    )
    def get(self, request: Request, slug: str) -> Response:
        principal = principal_of(request, needs=Permission.READ_SCHEMA)
        page = read_query(request, PageSerializer)
        after = None
        if "cursor" in page:
            revision, place = place_of(page["cursor"], length=2)
            after = (revision, place)
        limit = page["limit"]
        with tenant_transaction(principal.tenant_id):
            source = pick(slug)
            policy = policy_for(source, role=principal.role)
            found = visible_changes(source, policy=policy, limit=limit + 1, after=after)
        shown = found[:limit]
        last = [shown[-1].snapshot.revision, shown[-1].place] if len(found) > limit else None
        items = SchemaChangeSerializer(shown, many=True).data
        return Response({"items": items, "next": cursor_of(last) if last else None})


class SyncView(APIView):
    @extend_schema(
        operation_id="sync_data_source",
        tags=TAGS,
        summary="Have the source synced; the one under way counts",
        request=None,
        responses={
            202: OpenApiResponse(JobSerializer, description="The job; `Location` holds its address."),
            **problems(404, 413, 415),
        },
        examples=_example("Under way", EXAMPLE),
    )
    def post(self, request: Request, slug: str) -> Response:
        principal = principal_of(request, needs=Permission.SYNC_SCHEMA)
        read_body(request)
        with tenant_transaction(principal.tenant_id):
            source = pick(slug)
            run = sync_runs.request(source, actor=principal.actor, send=send_sync)
            return Response(job_of(run, source, principal), status=202, headers={"Location": job_address(run)})


def _source(source: DataSource, principal: Principal) -> dict[str, Any]:
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
