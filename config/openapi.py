"""How the OpenAPI description names what the views do not say themselves."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema

from config.code_samples import code_samples
from config.errors import MEDIA_TYPE, STATUS
from schema_index.knowledge.metadata import MAX_FACTS
from tenants.api.operation import WITH_BODY, WRONG
from tenants.api.strict import TextField

METHODS = ("get", "put", "post", "delete", "patch")
EVERYWHERE = (
    *("invalid_request", "unknown_field", "unauthenticated", "key_expired", "insufficient_scope"),
    *("tenant_suspended", "not_acceptable", "rate_limited", "internal_error", "database_unavailable"),
)
OF_A_BODY = ("payload_too_large", "unsupported_media_type")
OF_A_THING = ("not_found",)
NEEDS_BODY = ("ask", "ask_short")
"""Operations that refuse an empty body though no single field is required: a question is sent, or a choice."""

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. Act on `code`; the rest is for people.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object", "additionalProperties": {}}},
        "retry_after": {"type": "integer"},
    },
    "required": ["code", "detail", "instance", "request_id", "status", "title", "type"],
}
RATE_LIMIT = {
    "RateLimit-Policy": {"description": "The limits that hold: name, quota, window.", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left of each, and for how long.", "schema": {"type": "string"}},
}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}


class TextAutoSchema(AutoSchema):
    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        """A text that may be empty is one text: beside its own pattern, which lets the empty one through, upstream
        puts an empty text, so that neither alone would fit."""
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]  # not typed upstream
        if isinstance(field, TextField) and "oneOf" in schema:
            schema.update(schema.pop("oneOf")[0])


_PLAIN = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


class TextScheme(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # untyped registry metaclass
    target_class = "tenants.api.strict.TextField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        found: dict[str, Any] = auto_schema._map_serializer_field(  # type: ignore[no-untyped-call]
            self.target, direction, bypass_extensions=True
        )
        if self.target.allow_blank:
            return {**found, "pattern": f"^{_PLAIN}*$"}
        return {
            **found,
            "minLength": max(1, found.get("minLength", 1)),
            "pattern": f"^{_PLAIN}*{self.target.seen}{_PLAIN}*$",
        }


class MetadataScheme(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "schema_index.api.knowledge_serializers.MetadataField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        if self.target.as_text:
            return {"type": "string", "contentMediaType": "application/json"}
        fact = {"type": ["string", "number", "boolean"]}
        return {"type": "object", "additionalProperties": fact, "maxProperties": MAX_FACTS}


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What holds for every operation alike: its errors, limits, strict bodies, and how it is called."""
    strict: set[str] = set()
    for path, method, operation in operations(result):
        responses = {**operation["responses"], **_errors(path, method, operation)}
        if operation["operationId"] in NEEDS_BODY:
            operation["requestBody"]["required"] = True
        for status, response in responses.items():
            if status not in ("401", "500"):
                response["headers"] = {**response.get("headers", {}), **RATE_LIMIT}
            if status == "429":
                response["headers"].update(RETRY_AFTER)
        operation["responses"] = dict(sorted(responses.items()))
        strict.update(_bodies(operation))
        samples = operation["x-codeSamples"] = code_samples(path, method, operation)
        fenced = (f"```{one['lang'].lower()}\n{one['source']}\n```" for one in samples)
        operation["description"] = "\n\n".join(filter(None, (operation.get("description", ""), *fenced)))
    schemas = result["components"]["schemas"]
    schemas["Problem"] = PROBLEM
    for name in strict:
        schemas[name]["additionalProperties"] = False
    return result


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and what is told of it, by path."""
    for path, item in sorted(description["paths"].items()):
        yield from ((path, method, item[method]) for method in METHODS if method in item)


def _errors(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """By status, each described by its codes. Raises KeyError for a code that `config.errors` does not know."""
    codes = {*EVERYWHERE, *operation.pop(WRONG, ())}
    codes.update(OF_A_BODY if method in WITH_BODY else (), OF_A_THING if "{" in path else ())
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes, key=list(STATUS).index):
        by_status.setdefault(STATUS[code][0], []).append(code)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(status): {"description": ", ".join(told), "content": content} for status, told in by_status.items()}


def _bodies(operation: dict[str, Any]) -> Iterator[str]:
    """Names of the components that are sent: in none of them does an unknown field go unnoticed."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        reference = media.get("schema", {}).get("$ref", "")
        if reference:
            yield reference.rpartition("/")[2]
