"""The tenant's people over HTTP: who belongs to it, in which role."""

from functools import partial
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.views import APIView

from tenants import memberships
from tenants.api.cursor import Page, PageSerializer, page_of
from tenants.api.keys import ROLES
from tenants.api.links import LinksField
from tenants.api.newest_first import newest_first
from tenants.api.operation import Call, Operation
from tenants.api.strict import StrictSerializer
from tenants.models import Membership
from tenants.roles import Permission, Role


class RoleSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=ROLES, required=False)


class MemberSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField(source="user.username", help_text="The name that the person signs in with.")
    actor = serializers.CharField(help_text="How audit events and runs name them.")
    role = serializers.ChoiceField(choices=ROLES)
    attributes = serializers.DictField(help_text="What row rules ask for.")
    created_at = serializers.DateTimeField()
    links = LinksField("/api/v1/members/{0.id}".format)


_operation = partial(Operation, tag="Members", in_scope=True)


class MemberListView(APIView):
    @_operation(
        "list_members",
        "Who belongs to the tenant, the latest first",
        needs=Permission.READ_MEMBERS,
        query=PageSerializer,
        gives=page_of("MemberPage", MemberSerializer),
    )
    def get(self, call: Call) -> Page[Membership]:
        return newest_first(memberships.members(), call.query)


class MemberView(APIView):
    @_operation(
        "change_member",
        "Give a member another role",
        needs=Permission.MANAGE_MEMBERS,
        body=RoleSerializer,
        gives=MemberSerializer,
        wrong=["last_owner"],
        sends={"An analyst": {"role": "analyst"}},
    )
    def patch(self, call: Call, member_id: UUID) -> Membership:
        role = call.body.get("role")
        return memberships.change_role(call.principal, member_id, role=Role(role) if role else None)

    @_operation(
        "remove_member",
        "End a member's place in the tenant, at once, and the keys they made",
        needs=Permission.MANAGE_MEMBERS,
        wrong=["last_owner"],
    )
    def delete(self, call: Call, member_id: UUID) -> None:
        memberships.remove(call.principal, member_id)
