"""What the tenant used, over HTTP: as JSON, and as CSV for a spreadsheet."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants import quotas, usage
from tenants.api.csv_renderer import CsvRenderer
from tenants.api.operation import Call, Operation
from tenants.api.strict import StrictSerializer
from tenants.models import UsageCounter
from tenants.roles import Permission

EXAMPLE = {
    "items": [{"day": "2026-11-21", "kind": "questions", "amount": 12}],
    "totals": {"questions": 12, "input_tokens": 0, "output_tokens": 0},
    "today": {"limit": 1000, "used": 12, "remaining": 988, "resets_in": 41_000},
}


class UsageQuerySerializer(StrictSerializer):
    since = serializers.DateField(required=False, help_text="UTC day, included; thirty days back without it.")
    until = serializers.DateField(required=False, help_text="UTC day, included; today without it.")


class UsageItemSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    kind = serializers.CharField(help_text="`questions`, `input_tokens` or `output_tokens`.")
    amount = serializers.IntegerField()


class QuotaSerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(help_text="Questions a UTC day.")
    used = serializers.IntegerField()
    remaining = serializers.IntegerField()
    resets_in = serializers.IntegerField(help_text="Seconds.")


class UsageReplySerializer(serializers.Serializer[Any]):
    items = UsageItemSerializer(many=True, help_text="Oldest first; what was not used is left out.")
    totals = serializers.DictField(child=serializers.IntegerField(), help_text="Of these days, by kind.")
    today = QuotaSerializer()


_operation = partial(Operation, tag="Usage", needs=Permission.READ_USAGE, in_scope=True, query=UsageQuerySerializer)


class UsageView(APIView):
    @_operation(
        "get_usage",
        "What the tenant used, by day and kind",
        gives=UsageReplySerializer,
        shows={"A day": EXAMPLE},
    )
    def get(self, call: Call) -> dict[str, Any]:
        counters = _counters(call)
        found = {"items": counters, "totals": usage.totals(counters), "today": quotas.today()}
        return UsageReplySerializer(found).data


class UsageCsvView(APIView):
    renderer_classes = [CsvRenderer]

    @_operation(
        "get_usage_csv",
        "What the tenant used, as CSV",
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="`day,kind,amount`, oldest first.")
        },
    )
    def get(self, call: Call) -> Response:
        name = f"usage-{datetime.now(UTC).date()}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(usage.as_csv(_counters(call)), headers=headers)


def _counters(call: Call) -> tuple[UsageCounter, ...]:
    return usage.by_day(start=call.query.get("since"), end=call.query.get("until"))
