"""API keys over HTTP: listed without their secrets, issued once readable, revoked."""

from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants import api_keys
from tenants.api.cursor import PageReplySerializer, PageSerializer
from tenants.api.links import LinksField
from tenants.api.newest_first import newest_first
from tenants.api.permissions import principal_of
from tenants.api.problems import problems
from tenants.api.strict import StrictSerializer, TextField, read_body, read_query, refuse_parameters
from tenants.attributes import AttributesInvalid, AttributeValue, attributes_from_json
from tenants.context import tenant_transaction
from tenants.models import ApiKey
from tenants.models.api_key import KeyState
from tenants.roles import Permission, Role

TAGS = ["API keys"]
STATES = list(get_args(KeyState))
SCOPES = [permission.value for permission in Permission]
ROLES = [role.value for role in Role]


def address_of(key: ApiKey) -> str:
    return f"/api/v1/keys/{key.id}"


@extend_schema_field(OpenApiTypes.OBJECT)
class AttributesField(serializers.Field[Any, Any, Any, Any]):
    def to_internal_value(self, data: Any) -> dict[str, AttributeValue]:
        try:
            return attributes_from_json(data)
        except AttributesInvalid as error:
            raise serializers.ValidationError(error.message) from None

    def to_representation(self, value: Any) -> Any:
        return value


class NewKeySerializer(StrictSerializer):
    name = TextField(max_length=100, help_text="What the key is for.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=SCOPES), min_length=1, max_length=50, help_text="At most your own."
    )
    role = serializers.ChoiceField(
        choices=ROLES, default=Role.VIEWER.value, help_text="Whose view of the data it has; at most your own role."
    )
    attributes = AttributesField(
        required=False, help_text="What row rules ask for; your own without it, or where you may not write policies."
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Null for a key that does not expire."
    )

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("This is not in the future.")
        return value


class KeySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="The key begins with `qk_` and this; audit events name it.")
    scopes = serializers.ListField(child=serializers.CharField())
    role = serializers.ChoiceField(choices=ROLES)
    attributes = AttributesField()
    state = serializers.ChoiceField(choices=STATES)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To the minute.")
    links = LinksField(address_of)


class IssuedKeySerializer(KeySerializer):
    key = serializers.CharField(help_text="The key itself. It is stored nowhere, and never shown again.")


class KeyPageSerializer(PageReplySerializer):
    items = KeySerializer(many=True)


class KeyListView(APIView):
    @extend_schema(
        operation_id="list_keys",
        tags=TAGS,
        summary="The tenant's API keys, newest first",
        parameters=[PageSerializer],
        responses=KeyPageSerializer,
    )
    def get(self, request: Request) -> Response:
        principal = principal_of(request, needs=Permission.MANAGE_KEYS)
        query = read_query(request, PageSerializer)
        with tenant_transaction(principal.tenant_id):
            found, cursor = newest_first(api_keys.known_keys(), query)
        return Response({"items": KeySerializer(found, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="create_key",
        tags=TAGS,
        summary="Issue a key, which is shown this once",
        request=NewKeySerializer,
        responses={201: IssuedKeySerializer, **problems("limit_reached")},
        examples=[
            OpenApiExample("A key that may ask", value={"name": "Dashboard", "scopes": ["ask"]}, request_only=True)
        ],
    )
    def post(self, request: Request) -> Response:
        principal = principal_of(request, needs=Permission.MANAGE_KEYS)
        fields = read_body(request, NewKeySerializer)
        with tenant_transaction(principal.tenant_id):
            key, text = api_keys.issue_within(
                principal,
                name=fields["name"],
                scopes=[Permission(scope) for scope in fields["scopes"]],
                role=Role(fields["role"]),
                expires_at=fields["expires_at"],
                attributes=fields.get("attributes"),
            )
        return Response(
            {**KeySerializer(key).data, "key": text},
            status=201,
            headers={"Location": address_of(key), "Cache-Control": "no-store"},
        )


class KeyView(APIView):
    @extend_schema(
        operation_id="get_key",
        tags=TAGS,
        summary="One API key, without its secret",
        responses={200: KeySerializer, **problems(404)},
    )
    def get(self, request: Request, key_id: UUID) -> Response:
        principal = principal_of(request, needs=Permission.MANAGE_KEYS)
        refuse_parameters(request)
        with tenant_transaction(principal.tenant_id):
            return Response(KeySerializer(api_keys.find(key_id)).data)

    @extend_schema(
        operation_id="revoke_key",
        tags=TAGS,
        summary="Revoke a key, at once and for good",
        responses={204: None, **problems(404)},
    )
    def delete(self, request: Request, key_id: UUID) -> Response:
        """Sent twice, it stays revoked."""
        principal = principal_of(request, needs=Permission.MANAGE_KEYS)
        refuse_parameters(request)
        with tenant_transaction(principal.tenant_id):
            api_keys.revoke(api_keys.find(key_id), actor=principal.actor)
        return Response(status=204)
