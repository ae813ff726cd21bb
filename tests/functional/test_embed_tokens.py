"""Tokens for the ask box in a tenant's product: what they open, for whom, and when they end."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from nl2sql.models import Run
from schema_index.models import EVERYONE, DataSource
from tenants import api_keys
from tenants.context import platform_transaction, tenant_transaction
from tenants.embed_tokens import authenticate
from tenants.models import ApiKey, AuditEvent, RequestCount, Tenant
from tenants.roles import Permission, Role
from tenants.web.people import names_of
from tests.conftest import Configure, Member, caller, new_key
from tests.functional.test_api_contract import assert_problem
from tests.stored import set_policy

TOKENS = "/api/v1/embed-tokens"
ORIGIN = "https://app.example.com"
QUESTION = "List the name of customers"


@pytest.fixture
def server_key(owner: Member) -> APIClient:
    """What the tenant's server holds: a key of an analyst, for tokens alone."""
    attributes = {"city": "Lyon"}
    return caller(new_key(owner.tenant, Permission.EMBED, name="shop front", role=Role.ANALYST, attributes=attributes))


def token_of(client: APIClient, user: str = "customer-1", **fields: Any) -> str:
    response = client.post(TOKENS, {"user": user, "origin": ORIGIN, **fields})
    assert response.status_code == 201, response.content
    return str(response.json()["token"])


def asked(person: APIClient, question: str = QUESTION) -> Any:
    return person.post("/embed/ask", {"question": question})


def test_a_token_asks_as_its_person_with_their_view_and_nothing_else(
    server_key: APIClient, owner: Member, shop: DataSource, change_environment: Configure
) -> None:
    rules = {"main.customers": "city = attribute('city')"}
    set_policy(shop, EVERYONE, {"row_rules": rules, "columns": {"main.customers.id": "masked"}})
    made = server_key.post(TOKENS, {"user": "customer-1", "origin": ORIGIN}).json()
    prefix = made["actor"].split(":")[1]
    assert made["address"].endswith(f"#{made['token']}")
    principal = authenticate(made["token"])
    assert (principal.actor, principal.permissions) == (f"embed:{prefix}:customer-1", frozenset({Permission.ASK}))
    assert (principal.role, principal.attributes) == (Role.VIEWER, {"city": "Lyon"})

    person, neighbour = caller(made["token"]), caller(token_of(server_key, "customer-2"))
    assert "data-question" in person.get("/embed/start").content.decode()
    with tenant_transaction(owner.tenant.id):
        run = Run.objects.get(id=_run_id(asked(person)))
        issued = AuditEvent.objects.filter(action="embed_token.issued").last()
        assert issued is not None
        assert (run.actor, run.attributes, issued.subject) == (made["actor"], {"city": "Lyon"}, made["actor"])
        assert RequestCount.objects.filter(actor=made["actor"]).exists(), "a caller of their own"
    for stranger in (neighbour, owner.client):
        assert stranger.get(f"/embed/runs/{run.id}").status_code in (401, 404)
        assert stranger.delete(f"/embed/runs/{run.id}").status_code in (401, 404)
        assert stranger.get(f"/embed/runs/{run.id}/events").status_code in (401, 404)
        assert stranger.get(f"/embed/runs/{run.id}/answer.csv").status_code in (401, 404)
        assert stranger.put(f"/embed/runs/{run.id}/feedback", {"rating": "up"}).status_code in (401, 404)
    rowless = _run_id(asked(person, "What is the weather on Mars?"))
    assert_problem(person.get(f"/embed/runs/{rowless}/answer.csv"), status=404, code="not_found")
    assert person.get(f"/embed/runs/{run.id}/events")["Content-Type"] == "text/event-stream"
    said = person.put(f"/embed/runs/{run.id}/feedback", {"rating": "down", "reason": "Ben is missing"})
    assert "Ben is missing." in said.content.decode()
    assert names_of([made["actor"]]) == {made["actor"]: "customer-1 in your product"}
    refused = person.put(f"/embed/runs/{run.id}/feedback", {"rating": "up", "tenant": "other"})
    assert_problem(refused, status=400, code="unknown_field")
    for address in ("/api/v1/conversations", f"/api/v1/runs/{run.id}", TOKENS):
        assert_problem(person.get(address), status=401, code="unauthenticated")

    change_environment(questions_per_minute=1)
    assert_problem(asked(person), status=429, code="rate_limited")
    assert asked(neighbour).status_code == 200


def _run_id(response: Any) -> str:
    assert response.status_code == 200, response.content
    return str(response.content.decode().split('data-run="')[1].split('"')[0])


def test_a_token_ends_with_its_time_its_key_and_its_tenant(
    server_key: APIClient, owner: Member, shop: DataSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(server_key, expires_in=30)
    person = caller(token)
    assert person.get("/embed/start").status_code == 200

    body, _, seal = token.rpartition(":")
    for altered in (f"{body}x:{seal}", token[:-2], f"{body}:{seal[::-1]}", "qk_a_b", "", "x" * 5_000):
        assert_problem(caller(altered).get("/embed/start"), status=401, code="unauthenticated")
    with tenant_transaction(owner.tenant.id):
        key = ApiKey.objects.get(name="shop front")
        ApiKey.objects.filter(id=key.id).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert_problem(person.get("/embed/start"), status=401, code="key_expired")
    with tenant_transaction(owner.tenant.id):
        ApiKey.objects.filter(id=key.id).update(expires_at=None)
    with platform_transaction(), tenant_transaction(owner.tenant.id):
        Tenant.objects.filter(id=owner.tenant.id).update(is_suspended=True)
    assert_problem(person.get("/embed/start"), status=403, code="tenant_suspended")
    with tenant_transaction(owner.tenant.id):
        Tenant.objects.filter(id=owner.tenant.id).update(is_suspended=False)
        assert person.get("/embed/start").status_code == 200
        api_keys.revoke(key, actor="system:test")
    assert_problem(person.get("/embed/start"), status=401, code="unauthenticated")
    with tenant_transaction(owner.tenant.id):
        ApiKey.objects.filter(id=key.id).update(revoked_at=None)
    assert person.get("/embed/start").status_code == 200
    monkeypatch.setattr("tenants.embed_tokens.time", lambda: timezone.now().timestamp() + 31)
    assert_problem(person.get("/embed/start"), status=401, code="key_expired")


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"role": "admin"}, 403, "insufficient_scope"),
        ({"attributes": {"city": "Turin"}}, 403, "insufficient_scope"),
        ({"attributes": {f"a{n}": "x" * 200 for n in range(50)}, "role": "analyst"}, 201, ""),
        ({"attributes": {f"a{n}": [str(m * n * 7919) for m in range(200)] for n in range(40)}}, 400, "invalid_request"),
        ({"attributes": {"City": "x"}}, 400, "invalid_request"),
        ({"expires_in": 3601}, 400, "invalid_request"),
        ({"user": "a b"}, 400, "invalid_request"),
        ({"user": "a:b"}, 400, "invalid_request"),
        ({"origin": "https://*.example.com"}, 400, "invalid_request"),
        ({"origin": "http://app.example.com"}, 400, "invalid_request"),
        ({"origin": "https://a.example.com; script-src *"}, 400, "invalid_request"),
        ({"origin": "https://a.example.com/page"}, 400, "invalid_request"),
        ({"tenant": "other"}, 400, "unknown_field"),
    ],
)
def test_what_a_key_may_not_make(server_key: APIClient, fields: dict[str, Any], status: int, code: str) -> None:
    response = server_key.post(TOKENS, {"user": "customer-1", "origin": ORIGIN, **fields})
    assert response.status_code == status, response.content
    if code:
        assert_problem(response, status=status, code=code)


def test_only_keys_make_tokens_and_another_tenants_token_finds_nothing(
    server_key: APIClient, owner: Member, outsider: Member, shop: DataSource
) -> None:
    session = APIClient()
    session.force_login(owner.user)
    refused = session.post(TOKENS, {"user": "a", "origin": ORIGIN})
    assert_problem(refused, status=403, code="insufficient_scope")
    run_id = _run_id(asked(caller(token_of(server_key))))
    foreign = caller(token_of(outsider.client))
    assert_problem(foreign.get(f"/embed/runs/{run_id}"), status=404, code="not_found")
    assert_problem(asked(foreign), status=404, code="not_found")
    assert "Ada" not in foreign.get("/embed/start").content.decode()


def test_the_frame_is_for_pages_of_its_origin_alone(server_key: APIClient, client: Any) -> None:
    address = server_key.post(TOKENS, {"user": "a", "origin": "https://App.example.com:8443"}).json()["address"]
    path = address.removeprefix("http://testserver").partition("#")[0]
    shown = client.get(path)
    policy = dict(one.split(" ", 1) for one in shown["Content-Security-Policy"].split("; "))
    assert policy["frame-ancestors"] == "https://app.example.com:8443"
    assert policy["default-src"] == "'self'"
    assert "X-Frame-Options" not in shown
    assert (shown["Cross-Origin-Resource-Policy"], shown["Cross-Origin-Embedder-Policy"]) == (
        "cross-origin",
        "require-corp",
    )
    assert not shown.cookies
    assert client.get(f"{path}x").status_code == 404
    script = client.get("/embed/querent-ask.js")
    assert (script["Cross-Origin-Resource-Policy"], "customElements" in script.content.decode()) == (
        "cross-origin",
        True,
    )
