"""API keys over HTTP: listed without their secrets, issued once readable, revoked."""

from datetime import datetime
from functools import partial
from typing import Any, get_args
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.views import APIView

from tenants import api_keys
from tenants.api.cursor import Page, PageSerializer, page_of
from tenants.api.links import LinksField
from tenants.api.newest_first import newest_first
from tenants.api.operation import Call, Operation
from tenants.api.strict import StrictSerializer, TextField
from tenants.attributes import AttributeValue, attributes_from_json
from tenants.domain_error import Invalid
from tenants.models import ApiKey
from tenants.models.api_key import KeyState
from tenants.roles import Permission, Role

STATES = list(get_args(KeyState))
SCOPES = [permission.value for permission in Permission]
ROLES = [role.value for role in Role]


@extend_schema_field(OpenApiTypes.OBJECT)
class AttributesField(serializers.Field[Any, Any, Any, Any]):
    def to_internal_value(self, data: Any) -> dict[str, AttributeValue]:
        try:
            return attributes_from_json(data)
        except Invalid as error:
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
    links = LinksField("/api/v1/keys/{0.id}".format)


class IssuedKeySerializer(KeySerializer):
    key = serializers.CharField(help_text="The key itself. It is stored nowhere, and never shown again.")


_operation = partial(Operation, tag="API keys", needs=Permission.MANAGE_KEYS, in_scope=True)


class KeyListView(APIView):
    @_operation(
        "list_keys",
        "The tenant's API keys, newest first",
        query=PageSerializer,
        gives=page_of("KeyPage", KeySerializer),
    )
    def get(self, call: Call) -> Page[ApiKey]:
        return newest_first(api_keys.known_keys(), call.query)

    @_operation(
        "create_key",
        "Issue a key, which is shown this once",
        body=NewKeySerializer,
        gives=IssuedKeySerializer,
        status=201,
        headers={"Cache-Control": "no-store"},
        wrong=["limit_reached"],
        sends={"A key that may ask": {"name": "Dashboard", "scopes": ["ask"]}},
    )
    def post(self, call: Call) -> dict[str, Any]:
        key, text = api_keys.issue_within(
            call.principal,
            name=call.body["name"],
            scopes=[Permission(scope) for scope in call.body["scopes"]],
            role=Role(call.body["role"]),
            expires_at=call.body["expires_at"],
            attributes=call.body.get("attributes"),
        )
        return {**KeySerializer(key).data, "key": text}


class KeyView(APIView):
    @_operation("get_key", "One API key, without its secret", gives=KeySerializer)
    def get(self, call: Call, key_id: UUID) -> ApiKey:
        return api_keys.find(key_id)

    @_operation("revoke_key", "Revoke a key, at once and for good")
    def delete(self, call: Call, key_id: UUID) -> None:
        """Sent twice, it stays revoked."""
        api_keys.revoke(api_keys.find(key_id), actor=call.principal.actor)
