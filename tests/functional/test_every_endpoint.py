"""Each endpoint with each error that any endpoint has. Addresses come from the table of addresses and scopes from
docs/api.md, so that one that is added later is tried, or missed in the documents, without being named here."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from config.environment import BASE_DIR
from schema_index.models import DataSource
from tenants.roles import Permission, Role
from tests.conftest import Member, caller, new_key
from tests.functional.test_api_contract import assert_problem

METHODS = ("get", "post", "put", "patch", "delete")
Endpoint = tuple[str, str]
"""Method, and address as documents write it: `/api/v1/runs/<id>`."""


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, address)
        elif address.startswith(("api/v1/", "nl2sql")):
            yield address, pattern.callback.cls  # type: ignore[attr-defined]  # views of the REST framework


def endpoints() -> Iterator[Endpoint]:
    for address, view in _walk(get_resolver().url_patterns, "/"[:0]):
        named = re.sub(r"<uuid:\w+>", "<id>", re.sub(r"<slug:(\w+)>", r"<\1>", address))
        yield from ((method, f"/{named}") for method in METHODS if hasattr(view, method))


def documented() -> dict[Endpoint, set[str]]:
    """Scopes by endpoint, of which any is enough."""
    rows = re.findall(r"^\| `([A-Z]+) (/\S+)` \| ([^|]+) \|", (BASE_DIR / "docs/api.md").read_text(), re.MULTILINE)
    return {(method.lower(), address): set(re.findall(r"`([\w:]+)`", scopes)) for method, address, scopes in rows}


SCOPES = documented()


def path(address: str) -> str:
    return address.replace("<slug>", "shop").replace("<role>", "analyst").replace("<id>", str(uuid4()))


def call(client: APIClient, endpoint: Endpoint, body: str | bytes = b"", **extra: Any) -> Any:
    method, address = endpoint
    if method == "get":
        return client.get(path(address) + extra.pop("query", ""), **extra)
    kind = extra.pop("content_type", "application/json")
    return getattr(client, method)(path(address) + extra.pop("query", ""), body, content_type=kind, **extra)


@pytest.fixture
def all_endpoints() -> list[Endpoint]:
    found = list(endpoints())
    assert len(found) > 50
    return found


def test_every_endpoint_is_documented_with_its_scope(all_endpoints: list[Endpoint]) -> None:
    assert set(SCOPES) == set(all_endpoints)
    assert set().union(*SCOPES.values()) == {permission.value for permission in Permission}


def test_nobody_gets_in_without_a_key(all_endpoints: list[Endpoint], db: None) -> None:
    for endpoint in all_endpoints:
        assert_problem(call(caller(), endpoint), status=401, code="unauthenticated")


def test_a_key_needs_the_scope_and_no_more(all_endpoints: list[Endpoint], owner: Member, shop: DataSource) -> None:
    clients = {one.value: caller(new_key(owner.tenant, one, role=Role.OWNER)) for one in Permission}
    for endpoint in all_endpoints:
        needed = SCOPES[endpoint]
        lacking = next(scope for scope in clients if scope not in needed)
        refused = assert_problem(call(clients[lacking], endpoint, b"{}"), status=403, code="insufficient_scope")
        assert refused["required"] in needed
        for scope in needed:
            assert call(clients[scope], endpoint, b"{}").status_code != 403, (endpoint, scope)


def test_what_is_not_there_is_not_found_and_another_tenants_is_not_there(
    all_endpoints: list[Endpoint], owner: Member, outsider: Member, shop: DataSource
) -> None:
    bodies = {
        "/api/v1/runs/<id>/feedback": b'{"rating": "up"}',
        "/api/v1/runs/<id>/rerun": b'{"sql": "SELECT 1"}',
        "/api/v1/data-sources/<slug>/proposed": b'{"fingerprint": "f"}',
        "/api/v1/knowledge/faq/<id>": b'{"question": "a", "answer": "b"}',
        "/api/v1/knowledge/documents/<id>": b'{"text": "# a"}',
    }
    for endpoint in all_endpoints:
        _, address = endpoint
        if "<" not in address:
            continue
        query = f"?before={uuid4()}" if address.endswith("/comparison") else ""
        body = bodies.get(address, b"{}")
        found = assert_problem(call(outsider.client, endpoint, body, query=query), status=404, code="not_found")
        assert "Ada" not in json.dumps(found)


def test_every_body_is_read_with_the_same_care(all_endpoints: list[Endpoint], owner: Member, shop: DataSource) -> None:
    for endpoint in all_endpoints:
        method, address = endpoint
        if method in ("get", "delete"):
            continue
        for body in (b"{", b'{"a": "\xff"}', b'{"a": "\\uD800"}', b"[" * 50_000):
            assert_problem(call(owner.client, endpoint, body), status=400, code="invalid_request")
        unknown = assert_problem(call(owner.client, endpoint, b'{"nothing": 1}'), status=400, code="unknown_field")
        assert unknown["errors"][0]["field"] == "nothing"
        for kind in ("text/plain", "application/json; charset=latin-1"):
            refused = call(owner.client, endpoint, b"{}", content_type=kind)
            assert_problem(refused, status=415, code="unsupported_media_type")
        if "documents" not in address:  # which are larger
            large = call(owner.client, endpoint, json.dumps({"a": "x" * 300_000}))
            assert_problem(large, status=413, code="payload_too_large")


def test_every_address_takes_what_it_says_and_nothing_else(
    all_endpoints: list[Endpoint], owner: Member, shop: DataSource
) -> None:
    careless: set[str] = set()
    for address in {address for _, address in all_endpoints}:
        taken = [method for method in METHODS if (method, address) in SCOPES]
        other = next(method for method in METHODS if method not in taken)
        refused = call(owner.client, (other, address), b"{}")
        assert_problem(refused, status=405, code="method_not_allowed")
        assert set(refused["Allow"].lower().split(", ")) == {*taken, *(["head"] if "get" in taken else []), "options"}
        unread = call(owner.client, (taken[0], address), b"{}", HTTP_ACCEPT="image/png")
        assert_problem(unread, status=406, code="not_acceptable")
        for method in taken:
            extra = call(owner.client, (method, address), b"{}", query="?nothing=1")
            unknown = [one["field"] for one in extra.json().get("errors", ())]
            if (extra.json().get("code"), unknown) != ("unknown_field", ["nothing"]) or "RateLimit" not in extra:
                careless.add(f"{method} {address}")
    assert careless == set()


def test_a_document_is_larger_than_other_bodies_and_not_without_end(owner: Member) -> None:
    """A million characters take six times as many bytes where each is escaped."""
    endpoint = ("post", "/api/v1/knowledge/documents")
    long = call(owner.client, endpoint, json.dumps({"text": "é" * 1_000_001}))
    assert_problem(long, status=400, code="invalid_request")
    for size in (8_000_001, 9_000_000):
        assert_problem(call(owner.client, endpoint, b"[" * size), status=413, code="payload_too_large")


def test_what_no_view_sees_answers_in_the_same_shape(owner: Member) -> None:
    nowhere = owner.client.get("/api/v1/usage", HTTP_HOST="elsewhere.example")
    assert_problem(nowhere, status=400, code="invalid_request")
    for address in ("/api/v1/nothing", "/api/v2/usage", "/api/v1/runs/1", "/api/v1/usage/"):
        assert_problem(owner.client.get(address), status=404, code="not_found")
