"""The API's description: valid, complete, and readable without the internet."""

import json
import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

from config.errors import STATUS
from config.openapi import operations
from tests.functional.test_every_endpoint import SCOPES

OF_NO_OPERATION = {"cancelled", "method_not_allowed", "origin_refused"}
"""Of a run's events, of addresses, and of the door for agents."""


@pytest.fixture
def description() -> dict[str, Any]:
    return deepcopy(described())


@cache
def described() -> dict[str, Any]:
    """Written anew for each request, which takes half a second."""
    response = Client().get("/api/schema", HTTP_ACCEPT="application/json")
    assert response.status_code == 200
    found: dict[str, Any] = json.loads(response.content)
    return found


def test_the_description_is_valid_and_gives_no_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The same check of the same rules, in a fiftieth of the time.
    monkeypatch.setattr("jsonschema.validate", lambda instance, schema: jsonschema_rs.validate(schema, instance))
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))

    assert (tmp_path / "openapi.yaml").read_text().startswith("openapi: 3")


def test_both_doors_and_the_run_are_described(description: dict[str, Any]) -> None:
    assert set(description["paths"]) >= {"/nl2sql", "/api/v1/nl2sql", "/api/v1/runs/{run_id}"}
    names = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(set(names)) == len(names)


def test_each_operation_names_the_scopes_that_open_it(description: dict[str, Any]) -> None:
    """The same as in docs/api.md, which `test_every_endpoint` proves."""
    told = {
        (method, re.sub(r"{\w+}", "<>", path)): {
            scope for one in operation["security"] for scope in one.get("apiKey", ())
        }
        for path, method, operation in operations(description)
    }
    assert told == {(method, re.sub(r"<\w+>", "<>", path)): scopes for (method, path), scopes in SCOPES.items()}


def test_data_sources_and_jobs_are_described_with_examples(description: dict[str, Any]) -> None:
    source = "/api/v1/data-sources/{slug}"
    for path, method, status in (
        ("/api/v1/data-sources", "get", "200"),
        (source, "get", "200"),
        (f"{source}/changes", "get", "200"),
        (f"{source}/sync", "post", "202"),
        ("/api/v1/jobs/{job_id}", "get", "200"),
    ):
        (media,) = description["paths"][path][method]["responses"][status]["content"].values()
        assert media["examples"], path
    schema = description["paths"][f"{source}/schema"]["get"]
    assert {one["name"] for one in schema["parameters"] if one["in"] == "query"} == {"cursor", "limit"}


def test_every_status_of_the_contract_is_documented_with_its_codes(description: dict[str, Any]) -> None:
    told: set[tuple[str, str]] = set()
    for _, _, operation in operations(description):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                told.update((status, code) for code in response["description"].split(", "))
    assert told == {(str(status), code) for code, (status, _) in STATUS.items() if code not in OF_NO_OPERATION}
    for door in ("/nl2sql", "/api/v1/nl2sql"):
        responses = description["paths"][door]["post"]["responses"]
        for status, response in responses.items():
            media = ["application/problem+json"] if int(status) >= 400 else ["application/json"]
            if status == "200":
                media.append("text/event-stream")
            assert list(response["content"]) == media, status
    run = description["paths"]["/api/v1/runs/{run_id}"]["get"]["responses"]
    assert set(run) >= {"200", "401", "403", "404"}


def test_both_ways_to_sign_in_are_described(description: dict[str, Any]) -> None:
    schemes = description["components"]["securitySchemes"]
    assert schemes["apiKey"]["scheme"] == "bearer"
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", "sessionid")
    assert description["paths"]["/nl2sql"]["post"]["security"] == [{"apiKey": ["ask"]}, {"session": []}]


def test_the_request_names_its_bounds(description: dict[str, Any]) -> None:
    request = description["components"]["schemas"]["Ask"]
    assert "required" not in request, "a choice needs no question"
    question = request["properties"]["question"]
    assert (question.get("minLength", 1), question["maxLength"]) == (1, 2_000)
    assert set(request["properties"]) == {
        *("question", "data_source", "conversation_id", "mode", "max_rows", "new_topic", "language", "metadata"),
        *("clarifies", "choice", "remember"),
    }


def test_the_documentation_loads_from_our_own_host_alone(client: Client) -> None:
    page = client.get("/api/docs")
    script = client.get("/api/docs?script")

    assert (page.status_code, script.status_code) == (200, 200)
    text = page.content.decode() + script.content.decode()
    assert re.findall(r"https?://(?!www\.w3\.org)[^\"' ]+", text) == []
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.content.decode())
    assert len(assets) >= 3
    for asset in assets:
        assert finders.find(asset.removeprefix("/static/")) is not None, asset
    directives = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))
    assert directives["style-src"] == "'self' 'unsafe-inline'", "Swagger UI sets style attributes"
    assert (directives["default-src"], "script-src" in directives) == ("'self'", False)
    assert re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", page.content.decode()) is None, (
        "no script in the page itself"
    )
