"""Who did what, over HTTP. Events hold no question, secret or row."""

from typing import Any

from rest_framework import serializers
from rest_framework.views import APIView

from tenants.api.cursor import Page, PageSerializer, page_of
from tenants.api.newest_first import newest_first
from tenants.api.operation import Call, Operation
from tenants.api.strict import TextField
from tenants.models import AuditEvent
from tenants.roles import Permission

EXAMPLE = {
    "items": [
        {
            "id": "4b8c1f52-9d1e-4d0e-8a55-5f9e0f0b9f2a",
            "at": "2026-11-21T13:00:00Z",
            "actor": "user:7",
            "action": "api_key.issued",
            "subject": "a1b2c3d4e5f6",
            "details": {"role": "viewer", "scopes": ["ask"]},
        }
    ],
    "next": None,
}


class AuditQuerySerializer(PageSerializer):
    action = TextField(required=False, max_length=64, help_text="Exactly this one: `api_key.issued`.")
    actor = TextField(
        required=False,
        max_length=100,
        help_text="`user:<id>`, `key:<prefix>`, `system:<name>`, or `embed:<prefix>:<label>`.",
    )
    subject = TextField(required=False, max_length=200, help_text="Exactly this one.")
    table = TextField(
        required=False, max_length=300, help_text="Questions answered from it: `schema.table`, as in an answer's `sql`."
    )
    column = TextField(
        required=False, max_length=400, help_text="Questions whose rows rest on it: `schema.table.column`."
    )
    since = serializers.DateTimeField(required=False, help_text="Included.")
    until = serializers.DateTimeField(required=False, help_text="Not included.")


class AuditEventSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    action = serializers.CharField()
    subject = serializers.CharField()
    details = serializers.DictField()


class AuditListView(APIView):
    @Operation(
        "list_audit_events",
        "Who did what, newest first",
        tag="Audit",
        needs=Permission.READ_AUDIT,
        in_scope=True,
        query=AuditQuerySerializer,
        gives=page_of("AuditPage", AuditEventSerializer),
        shows={"A new key": EXAMPLE},
    )
    def get(self, call: Call) -> Page[AuditEvent]:
        asked = call.query
        wanted: dict[str, Any] = {name: asked[name] for name in ("action", "actor", "subject") if name in asked}
        for name in ("table", "column"):
            if name in asked:
                wanted[f"details__{name}s__contains"] = [asked[name]]
        if "since" in asked:
            wanted["at__gte"] = asked["since"]
        if "until" in asked:
            wanted["at__lt"] = asked["until"]
        return newest_first(AuditEvent.objects.filter(**wanted), asked, by="at")
