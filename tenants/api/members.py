"""The tenant's people over HTTP: who belongs to it, in which role."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants import memberships
from tenants.api.cursor import PageReplySerializer, PageSerializer
from tenants.api.keys import ROLES
from tenants.api.links import LinksField
from tenants.api.newest_first import newest_first
from tenants.api.permissions import principal_of
from tenants.api.problems import problems
from tenants.api.strict import StrictSerializer, read_body, read_query, refuse_parameters
from tenants.context import tenant_transaction
from tenants.roles import Permission, Role

TAGS = ["Members"]


class RoleSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=ROLES, required=False)


class MemberSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField(source="user.username", help_text="The name that the person signs in with.")
    actor = serializers.CharField(help_text="How audit events and runs name them.")
    role = serializers.ChoiceField(choices=ROLES)
    attributes = serializers.DictField(help_text="What row rules ask for.")
    created_at = serializers.DateTimeField()
    links = LinksField(lambda member: f"/api/v1/members/{member.id}")


class MemberPageSerializer(PageReplySerializer):
    items = MemberSerializer(many=True)


class MemberListView(APIView):
    @extend_schema(
        operation_id="list_members",
        tags=TAGS,
        summary="Who belongs to the tenant, the latest first",
        parameters=[PageSerializer],
        responses=MemberPageSerializer,
    )
    def get(self, request: Request) -> Response:
        principal = principal_of(request, needs=Permission.READ_MEMBERS)
        query = read_query(request, PageSerializer)
        with tenant_transaction(principal.tenant_id):
            found, cursor = newest_first(memberships.members(), query)
        return Response({"items": MemberSerializer(found, many=True).data, "next": cursor})


class MemberView(APIView):
    @extend_schema(
        operation_id="change_member",
        tags=TAGS,
        summary="Give a member another role",
        request=RoleSerializer,
        responses={200: MemberSerializer, **problems(404, "last_owner")},
        examples=[OpenApiExample("An analyst", value={"role": "analyst"}, request_only=True)],
    )
    def patch(self, request: Request, member_id: UUID) -> Response:
        principal = principal_of(request, needs=Permission.MANAGE_MEMBERS)
        role = read_body(request, RoleSerializer).get("role")
        with tenant_transaction(principal.tenant_id):
            changed = memberships.change_role(principal, member_id, role=Role(role) if role else None)
        return Response(MemberSerializer(changed).data)

    @extend_schema(
        operation_id="remove_member",
        tags=TAGS,
        summary="End a member's place in the tenant, at once, and the keys they made",
        responses={204: None, **problems(404, "last_owner")},
    )
    def delete(self, request: Request, member_id: UUID) -> Response:
        principal = principal_of(request, needs=Permission.MANAGE_MEMBERS)
        refuse_parameters(request)
        with tenant_transaction(principal.tenant_id):
            memberships.remove(principal, member_id)
        return Response(status=204)
