"""How the OpenAPI description names what the views do not say themselves."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema

from config.code_samples import code_samples
from config.errors import MEDIA_TYPE
from schema_index.knowledge.metadata import MAX_FACTS
from tenants.api.operation import WITH_BODY
from tenants.api.problems import anywhere
from tenants.api.strict import TextField

METHODS = ("get", "put", "post", "delete", "patch")
EVERYWHERE = (400, 401, 403, 406, 429, 500, 503)
OF_A_BODY = (413, 415)
NEEDS_BODY = ("ask", "ask_short")
"""Operations that refuse an empty body though no single field is required: a question is sent, or a choice."""

PROBLEM = {"$ref": "#/components/schemas/Problem"}
RATE_LIMIT = {
    "RateLimit-Policy": {"description": "The limits that hold: name, quota, window.", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left of each, and for how long.", "schema": {"type": "string"}},
}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}


class ProblemAutoSchema(AutoSchema):
    """Errors are documented as `application/problem+json`, which is how they are sent."""

    def _get_response_for_code(
        self, serializer: Any, status_code: Any, media_types: Any = None, direction: Any = "response"
    ) -> dict[str, Any]:
        if int(status_code) >= 400:
            media_types = ["application/problem+json"]
        found: dict[str, Any] = super()._get_response_for_code(  # type: ignore[no-untyped-call]  # not typed upstream
            serializer, status_code, media_types, direction
        )
        return found

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
    for path, method, operation in _operations(result):
        responses = operation["responses"]
        of_its_kind = (*(OF_A_BODY if method in WITH_BODY else ()), *((404,) if "{" in path else ()))
        for status in (*EVERYWHERE, *of_its_kind):
            responses.setdefault(str(status), _problem(status))
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
    for name in strict:
        result["components"]["schemas"][name]["additionalProperties"] = False
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in result["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _problem(status: int) -> dict[str, Any]:
    return {"description": anywhere(status), "content": {MEDIA_TYPE: {"schema": PROBLEM}}}


def _bodies(operation: dict[str, Any]) -> Iterator[str]:
    """Names of the components that are sent: in none of them does an unknown field go unnoticed."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        reference = media.get("schema", {}).get("$ref", "")
        if reference:
            yield reference.rpartition("/")[2]
