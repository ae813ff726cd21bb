"""A changed schema that waits to be accepted, over HTTP: what it breaks, and taking it into use all the same."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from schema_index.api.jobs import BrokenSerializer, JobSerializer, job_address, job_of
from schema_index.sources import pick
from schema_index.syncing.proposed_schemas import NothingProposed, accept, proposed
from schema_index.tasks import send_sync
from tenants.api.permissions import principal_of
from tenants.api.problems import problems
from tenants.api.strict import StrictSerializer, TextField, read_body, refuse_parameters
from tenants.context import tenant_transaction
from tenants.roles import Permission

TAGS = ["Data sources"]

FINGERPRINT = "1f0c…"
EXAMPLE = {
    "fingerprint": FINGERPRINT,
    "found_at": "2026-11-21T13:00:03Z",
    "accepted_by": "",
    "change_count": 1,
    "changes": ["column removed: public.orders.total"],
    "broken_count": 1,
    "broken": [{"subject": "What was paid?", "reason": 'The statement was blocked: There is no column "total".'}],
}


class ProposedSchemaSerializer(serializers.Serializer[Any]):
    fingerprint = serializers.CharField(help_text="What is accepted: another one may be found meanwhile.")
    found_at = serializers.DateTimeField()
    accepted_by = serializers.CharField(help_text="Empty until somebody accepts it; the sync that follows takes it.")
    change_count = serializers.IntegerField()
    changes = serializers.ListField(child=serializers.CharField(), help_text="In words, the first of them.")
    broken_count = serializers.IntegerField()
    broken = BrokenSerializer(many=True, help_text="Verified queries that would not work, the first of them.")


class AcceptSerializer(StrictSerializer):
    fingerprint = TextField(max_length=64, help_text="Of the schema that you looked at.")


class ProposedSchemaView(APIView):
    @extend_schema(
        operation_id="get_proposed_schema",
        tags=TAGS,
        summary="The changed schema that breaks verified queries and waits to be accepted; 404 where none does",
        responses={200: ProposedSchemaSerializer, **problems(404)},
        examples=[OpenApiExample("A removed column", value=EXAMPLE, response_only=True, status_codes=["200"])],
    )
    def get(self, request: Request, slug: str) -> Response:
        principal = principal_of(request, needs=Permission.MANAGE_SOURCES)
        refuse_parameters(request)
        with tenant_transaction(principal.tenant_id):
            found = proposed(pick(slug))
        if found is None:
            raise NothingProposed("No changed schema of this data source waits to be accepted.")
        return Response(ProposedSchemaSerializer(found).data)

    @extend_schema(
        operation_id="accept_proposed_schema",
        tags=TAGS,
        summary="Accept it: the sync that is started takes it into use, if the database still looks so",
        request=AcceptSerializer,
        responses={
            202: OpenApiResponse(JobSerializer, description="The sync; `Location` holds its address."),
            **problems(404),
        },
        examples=[OpenApiExample("What was looked at", value={"fingerprint": FINGERPRINT}, request_only=True)],
    )
    def post(self, request: Request, slug: str) -> Response:
        principal = principal_of(request, needs=Permission.MANAGE_SOURCES)
        fingerprint = read_body(request, AcceptSerializer)["fingerprint"]
        with tenant_transaction(principal.tenant_id):
            source = pick(slug)
            run = accept(source, fingerprint=fingerprint, actor=principal.actor, send=send_sync)
            return Response(job_of(run, source, principal), status=202, headers={"Location": job_address(run)})
