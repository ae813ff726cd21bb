"""The tenant's time zone and fiscal year over HTTP."""

from typing import Any

from rest_framework import serializers
from rest_framework.views import APIView

from tenants.api.operation import Call, Operation
from tenants.api.strict import StrictSerializer
from tenants.models import Tenant
from tenants.roles import Permission
from tenants.tenant_calendar import NO_SUCH_ZONE, is_time_zone, set_calendar

EXAMPLE = {"time_zone": "Europe/Paris", "fiscal_year_start_month": 4}


class CalendarSerializer(StrictSerializer):
    time_zone = serializers.CharField(required=False, max_length=63, help_text="IANA name, as in Europe/Paris.")
    fiscal_year_start_month = serializers.IntegerField(
        required=False, min_value=1, max_value=12, help_text="1 where the fiscal year is the calendar year."
    )

    def validate_time_zone(self, value: str) -> str:
        if not is_time_zone(value):
            raise serializers.ValidationError(NO_SUCH_ZONE)
        return value


class CalendarReplySerializer(serializers.Serializer[Any]):
    time_zone = serializers.CharField()
    fiscal_year_start_month = serializers.IntegerField()


class CalendarView(APIView):
    @Operation(
        "get_calendar",
        "The time zone and fiscal year that questions are read by",
        tag="Tenant",
        needs=Permission.ASK,
        gives=CalendarReplySerializer,
        in_scope=True,
    )
    def get(self, call: Call) -> Tenant:
        return Tenant.objects.get(id=call.principal.tenant_id)

    @Operation(
        "change_calendar",
        "Set the time zone, or the month that the fiscal year begins with",
        tag="Tenant",
        needs=Permission.MANAGE_SOURCES,
        body=CalendarSerializer,
        gives=CalendarReplySerializer,
        sends={"From April": EXAMPLE},
    )
    def patch(self, call: Call) -> Tenant:
        return set_calendar(call.principal.tenant_id, actor=call.principal.actor, **call.body)
