"""Work that goes on after the answer: so far, syncs of data sources."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.views import APIView

from schema_index.access.policies import OPEN, policy_for
from schema_index.models import DataSource, SyncRun, SyncState
from schema_index.syncing import sync_runs
from tenants.api.operation import Call, Operation
from tenants.api.strict import Fields
from tenants.principal import Principal
from tenants.roles import Permission

EXAMPLE: dict[str, Any] = {
    "id": "0d0e7c0a-3c1e-4f0a-9d4e-6b4a3a0f6f0b",
    "kind": "sync",
    "data_source": "shop",
    "state": "running",
    "progress": {"done": 120, "total": 213, "current": "public.orders"},
    "requested_by": "key:a1b2c3d4",
    "requested_at": "2026-11-21T13:00:00Z",
    "started_at": "2026-11-21T13:00:01Z",
    "ended_at": None,
    "error": "",
    "revision": None,
    "counts": {},
    "broken": [],
    "links": {"self": "/api/v1/jobs/0d0e7c0a-3c1e-4f0a-9d4e-6b4a3a0f6f0b", "data_source": "/api/v1/data-sources/shop"},
}


class ProgressSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    total = serializers.IntegerField(help_text="0 while it is not known.")
    current = serializers.CharField(help_text="The table that was read last.")


BROKEN = "Verified queries that what was found breaks, the first of them; told to holders of `sources:write`."


class BrokenSerializer(serializers.Serializer[Any]):
    subject = serializers.CharField(help_text="The verified query's question.")
    reason = serializers.CharField()


class JobSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=["sync"])
    data_source = serializers.CharField()
    state = serializers.ChoiceField(
        choices=SyncState.values,
        help_text="`interrupted`: its process died; ask for another sync. `refused`: what it found breaks verified "
        "queries and waits to be accepted.",
    )
    progress = ProgressSerializer()
    requested_by = serializers.CharField()
    requested_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(help_text="Why it failed, and how to mend it; empty otherwise.")
    revision = serializers.IntegerField(allow_null=True, help_text="Of the schema, once the job is done.")
    counts = serializers.DictField(
        help_text="Once it is done: `tables`, `unreadable`, `changes` by kind, and `broken`."
    )
    broken = BrokenSerializer(many=True, help_text=BROKEN)
    links = serializers.DictField(child=serializers.CharField())


def job_of(run: SyncRun, source: DataSource, principal: Principal) -> Fields:
    """As clients see a run. A hidden table is not named while it is read. Needs an open scope."""
    hidden = any(name == run.current or name.endswith(f".{run.current}") for name in source.hidden)
    if run.current and not hidden:
        # A run names a table without its schema, which a policy cannot be asked about.
        hidden = policy_for(source, role=principal.role) != OPEN
    return {
        "id": str(run.id),
        "kind": "sync",
        "data_source": source.slug,
        "state": run.state_now,
        "progress": {"done": run.done, "total": run.total, "current": "" if hidden else run.current},
        "requested_by": run.requested_by,
        "requested_at": run.requested_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "error": run.error,
        "revision": run.revision,
        "counts": run.counts,
        "broken": run.broken if Permission.MANAGE_SOURCES in principal.permissions else [],
        "links": {"self": f"/api/v1/jobs/{run.id}", "data_source": f"/api/v1/data-sources/{source.slug}"},
    }


class JobView(APIView):
    @Operation(
        "get_job",
        "How far a job is, or how it ended",
        tag="Data sources",
        needs=Permission.READ_SCHEMA,
        in_scope=True,
        gives=JobSerializer,
        shows={"Under way": EXAMPLE},
    )
    def get(self, call: Call, job_id: UUID) -> Fields:
        run = sync_runs.find(job_id)
        return job_of(run, run.source, call.principal)
