"""Every operation of the API, from its OpenAPI description."""

import re
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from config.openapi import EVERYWHERE, OF_A_BODY, operations
from config.reference.markdown import table

INTRODUCTION = """# Operations of the API

Written from the description that `/api/schema` serves; `/api/docs` shows it with examples to try. [Asking over
HTTP](../api.md) says how to use it, [Error codes](errors.md) what went wrong. Each operation may also answer 400,
401, 403, 406, 429, 500 and 503, and one with a body 413 and 415. A field in italics may be left out. A session with a
CSRF token opens what the person's role allows."""

TOLD_ONCE = frozenset((*EVERYWHERE, *OF_A_BODY))


def operation_pages() -> str:
    description = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # upstream
    by_tag: dict[str, list[str]] = {}
    for path, method, operation in operations(description):
        by_tag.setdefault(operation["tags"][0], []).append(_operation(path, method, operation, description))
    return "\n\n".join([INTRODUCTION, *(f"## {tag}\n\n" + "\n\n".join(by_tag[tag]) for tag in sorted(by_tag))])


def _operation(path: str, method: str, operation: dict[str, Any], description: dict[str, Any]) -> str:
    scopes = " or ".join(f"`{one['apiKey'][0]}`" for one in operation["security"] if "apiKey" in one)
    rows = [["scope", scopes]]
    parameters = [_parameter(one) for one in operation.get("parameters", ()) if one["in"] != "path"]
    rows += [["parameters", ", ".join(parameters)]] if parameters else []
    rows += [["body", _body(operation, description)]] if "requestBody" in operation else []
    answers = (_answer(status, response) for status, response in sorted(operation["responses"].items()))
    rows.append(["answers", "; ".join(filter(None, answers))])
    return f"### {method.upper()} {path}\n\n{operation['summary']}.\n\n{table(['', ''], rows)}"


def _parameter(parameter: dict[str, Any]) -> str:
    name = f"`{parameter['name']}`"
    return name if parameter.get("required") else f"*{name}*"


def _body(operation: dict[str, Any], description: dict[str, Any]) -> str:
    media = operation["requestBody"]["content"]
    return "; ".join(f"`{kind}`: {_fields(one['schema'], description)}" for kind, one in media.items())


def _fields(schema: dict[str, Any], description: dict[str, Any]) -> str:
    name = re.sub(r".*/", "", schema.get("$ref", ""))
    found = description["components"]["schemas"].get(name, schema)
    needed = found.get("required", ())
    return ", ".join(f"`{one}`" if one in needed else f"*`{one}`*" for one in found.get("properties", {}))


def _answer(status: str, response: dict[str, Any]) -> str:
    """Of an error, its codes; empty where the introduction says it."""
    text = response.get("description", "")
    if TOLD_ONCE.issuperset(text.split(", ")):
        return ""
    return f"{status} ({text})" if status >= "4" and text else status
