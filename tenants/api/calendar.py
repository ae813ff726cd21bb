"""The tenant's time zone and fiscal year over HTTP."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api.permissions import principal_of
from tenants.api.strict import StrictSerializer, read_body, refuse_parameters
from tenants.roles import Permission
from tenants.tenant_calendar import NO_SUCH_ZONE, calendar_of, is_time_zone, set_calendar

TAGS = ["Tenant"]
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
    @extend_schema(
        operation_id="get_calendar",
        tags=TAGS,
        summary="The time zone and fiscal year that questions are read by",
        responses=CalendarReplySerializer,
    )
    def get(self, request: Request) -> Response:
        principal = principal_of(request, needs=Permission.ASK)
        refuse_parameters(request)
        return Response(asdict(calendar_of(principal.tenant_id)))

    @extend_schema(
        operation_id="change_calendar",
        tags=TAGS,
        summary="Set the time zone, or the month that the fiscal year begins with",
        request=CalendarSerializer,
        responses=CalendarReplySerializer,
        examples=[OpenApiExample("From April", value=EXAMPLE, request_only=True)],
    )
    def patch(self, request: Request) -> Response:
        principal = principal_of(request, needs=Permission.MANAGE_SOURCES)
        sent = read_body(request, CalendarSerializer)
        return Response(asdict(set_calendar(principal.tenant_id, actor=principal.actor, **sent)))
