"""A changed schema that waits to be accepted, over HTTP: what it breaks, and taking it into use all the same."""

from functools import partial
from typing import Any

from rest_framework import serializers
from rest_framework.views import APIView

from schema_index.api.jobs import BrokenSerializer, JobSerializer, job_of
from schema_index.models import ProposedSchema
from schema_index.sources import pick
from schema_index.syncing.proposed_schemas import NothingProposed, accept, proposed
from schema_index.tasks import send_sync
from tenants.api.operation import Call, Operation
from tenants.api.strict import Fields, StrictSerializer, TextField
from tenants.roles import Permission

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


_operation = partial(Operation, tag="Data sources", needs=Permission.MANAGE_SOURCES, in_scope=True)


class ProposedSchemaView(APIView):
    @_operation(
        "get_proposed_schema",
        "The changed schema that breaks verified queries and waits to be accepted; 404 where none does",
        gives=ProposedSchemaSerializer,
        shows={"A removed column": EXAMPLE},
    )
    def get(self, call: Call, slug: str) -> ProposedSchema:
        found = proposed(pick(slug))
        if found is None:
            raise NothingProposed("No changed schema of this data source waits to be accepted.")
        return found

    @_operation(
        "accept_proposed_schema",
        "Accept it: the sync that is started takes it into use, if the database still looks so",
        body=AcceptSerializer,
        gives=JobSerializer,
        status=202,
        says="The sync; `Location` holds its address.",
        sends={"What was looked at": {"fingerprint": FINGERPRINT}},
    )
    def post(self, call: Call, slug: str) -> Fields:
        source, principal = pick(slug), call.principal
        run = accept(source, fingerprint=call.body["fingerprint"], actor=principal.actor, send=send_sync)
        return job_of(run, source, principal)
