"""Tokens for the ask box in a tenant's own product, made by its server with its API key."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.views import APIView

from tenants import embed_tokens
from tenants.api.keys import ROLES, AttributesField
from tenants.api.operation import Call, Operation
from tenants.api.strict import StrictSerializer, TextField
from tenants.roles import Permission, Role

EXAMPLE = {
    "user": "customer-4711",
    "origin": "https://app.example.com",
    "role": "viewer",
    "attributes": {"region": "EU"},
    "expires_in": 900,
}


@extend_schema_field({"type": "string", "pattern": f"^(?:{embed_tokens.LABEL.pattern})$"})
class LabelField(TextField):
    """Its rule is told to clients; `validate_user` says it in words."""


@extend_schema_field({"type": "string", "maxLength": 300, "pattern": f"^(?:{embed_tokens.ORIGIN.pattern})$"})
class OriginField(TextField):
    """The same of `validate_origin`, which takes capitals too."""


class NewEmbedTokenSerializer(StrictSerializer):
    user = LabelField(
        max_length=64,
        help_text="What your product calls this person: letters, digits and `._@+=-`. Their questions are kept by it.",
    )
    origin = OriginField(
        max_length=300, help_text="Whose pages may show the box: `https://app.example.com`, without a path."
    )
    role = serializers.ChoiceField(
        choices=ROLES, default=Role.VIEWER.value, help_text="Whose view of the data; at most the key's."
    )
    attributes = AttributesField(default=dict, help_text="What row rules ask for; those of the key hold for all.")
    expires_in = serializers.IntegerField(
        default=900, min_value=30, max_value=embed_tokens.MAX_LIFE_S, help_text="Seconds."
    )

    def validate_user(self, value: str) -> str:
        if not embed_tokens.LABEL.fullmatch(value):
            raise serializers.ValidationError("Use 1 to 64 letters, digits and . _ @ + = -")
        return value

    def validate_origin(self, value: str) -> str:
        if not embed_tokens.ORIGIN.fullmatch(value.lower()):
            raise serializers.ValidationError(
                "This is no origin: https://, a host and at most a port (http:// locally)."
            )
        return value.lower()


class EmbedTokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="It can ask as this person until it expires. Stored nowhere.")
    address = serializers.CharField(help_text="Of the iframe; the token stands behind its `#`.")
    actor = serializers.CharField(help_text="As audit events name this person.")
    expires_at = serializers.DateTimeField()


class EmbedTokenView(APIView):
    @Operation(
        "create_embed_token",
        "Make a token for the ask box in a page of yours",
        tag="Embedding",
        needs=Permission.EMBED,
        in_scope=True,
        body=NewEmbedTokenSerializer,
        gives=EmbedTokenSerializer,
        status=201,
        headers={"Cache-Control": "no-store"},
        sends={"For a quarter of an hour": EXAMPLE},
    )
    def post(self, call: Call) -> dict[str, Any]:
        """It ends with its time, or with the key that made it."""
        made = embed_tokens.issue(
            call.principal,
            label=call.body["user"],
            role=Role(call.body["role"]),
            attributes=call.body["attributes"],
            life_s=call.body["expires_in"],
            origin=call.body["origin"],
        )
        address = call.request.build_absolute_uri(f"/embed/{made.frame}#{made.token}")
        return {"token": made.token, "address": address, "actor": made.actor, "expires_at": made.expires_at}
