"""What the tenant used, over HTTP: as JSON, and as CSV for a spreadsheet."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants import quotas, usage
from tenants.api.csv_renderer import CsvRenderer
from tenants.api.permissions import principal_of
from tenants.api.strict import StrictSerializer, read_query
from tenants.context import tenant_transaction
from tenants.models import UsageCounter
from tenants.roles import Permission

TAGS = ["Usage"]
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


class UsageView(APIView):
    @extend_schema(
        operation_id="get_usage",
        tags=TAGS,
        summary="What the tenant used, by day and kind",
        parameters=[UsageQuerySerializer],
        responses=UsageReplySerializer,
        examples=[OpenApiExample("A day", value=EXAMPLE, response_only=True, status_codes=["200"])],
    )
    def get(self, request: Request) -> Response:
        counters = _counters(request)
        with tenant_transaction(principal_of(request).tenant_id):
            today = quotas.today()
        found = {"items": counters, "totals": usage.totals(counters), "today": today}
        return Response(UsageReplySerializer(found).data)


class UsageCsvView(APIView):
    renderer_classes = [CsvRenderer]

    @extend_schema(
        operation_id="get_usage_csv",
        tags=TAGS,
        summary="What the tenant used, as CSV",
        parameters=[UsageQuerySerializer],
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="`day,kind,amount`, oldest first.")
        },
    )
    def get(self, request: Request) -> Response:
        counters = _counters(request)
        name = f"usage-{datetime.now(UTC).date()}.csv"
        return Response(
            "".join(usage.as_csv(counters)), headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )


def _counters(request: Request) -> tuple[UsageCounter, ...]:
    principal = principal_of(request, needs=Permission.READ_USAGE)
    query = read_query(request, UsageQuerySerializer)
    with tenant_transaction(principal.tenant_id):
        return usage.by_day(start=query.get("since"), end=query.get("until"))
