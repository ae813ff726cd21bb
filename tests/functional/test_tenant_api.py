"""Keys, members, usage and audit as their clients see them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from schema_index.models import DataSource
from tenants import api_keys, quotas
from tenants.context import tenant_transaction
from tenants.models import ApiKey, Membership, Tenant, UsageCounter
from tenants.roles import Permission, Role
from tests.conftest import Member, caller, new_key

KEYS = "/api/v1/keys"


def test_a_key_is_shown_once_used_and_revoked(owner: Member, shop: DataSource) -> None:
    expires = (timezone.now() + timedelta(days=1)).isoformat()
    made = owner.client.post(KEYS, {"name": "Board", "scopes": ["ask"], "expires_at": expires})
    issued = made.json()
    address = issued["links"]["self"]

    assert (made.status_code, made["Location"], made["Cache-Control"]) == (201, address, "no-store")
    client = caller(issued["key"])
    assert client.post("/nl2sql", {"question": "How many customers are there?"}).status_code == 200
    kept = owner.client.get(address).json()
    assert kept == {
        **{name: value for name, value in issued.items() if name != "key"},
        "last_used_at": kept["last_used_at"],
    }
    assert (kept["state"], kept["role"], kept["scopes"]) == ("live", "viewer", ["ask"])
    listed = owner.client.get(KEYS).content.decode()
    assert issued["key"].removeprefix(f"qk_{issued['prefix']}_") not in listed
    assert [one["name"] for one in json.loads(listed)["items"]] == ["Board", "olive"]

    assert [owner.client.delete(address).status_code for _ in range(2)] == [204, 204]
    assert owner.client.get(address).json()["state"] == "revoked"
    assert client.get("/api/v1/suggestions").status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "x", "scopes": ["members:write"]}, 403),
        ({"name": "x", "scopes": ["ask"], "role": "owner"}, 403),
        ({"name": "x", "scopes": ["ask"], "attributes": {"region": "EU"}}, 403),
        ({"name": "x", "scopes": ["ask"], "attributes": {"region": "US"}}, 201),
        ({"name": "x", "scopes": ["ask"], "role": "analyst"}, 201),
        ({"name": "x", "scopes": []}, 400),
        ({"name": "x", "scopes": ["everything"]}, 400),
        ({"name": "", "scopes": ["ask"]}, 400),
        ({"name": "x", "scopes": ["ask"], "attributes": {"Region": 1.5}}, 400),
        ({"name": "x", "scopes": ["ask"], "expires_at": "2020-01-01T00:00:00Z"}, 400),
    ],
)
def test_a_key_gets_no_more_than_its_issuer_has(owner: Member, body: dict[str, Any], status: int) -> None:
    may = (Permission.ASK, Permission.MANAGE_KEYS)
    issuer = caller(new_key(owner.tenant, *may, role=Role.ADMIN, attributes={"region": "US"}))

    made = issuer.post(KEYS, body)

    assert made.status_code == status, made.content
    if status == 201:
        assert made.json()["attributes"] == {"region": "US"}


def test_a_tenant_has_so_many_keys_and_no_more(owner: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "MAX_LIVE_KEYS", 1)
    refused = owner.client.post(KEYS, {"name": "x", "scopes": ["ask"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "limit_reached")


def test_an_owner_gives_roles_and_the_last_one_stays(owner: Member, analyst: Member, outsider: Member) -> None:
    listed = owner.client.get("/api/v1/members").json()["items"]
    assert [(one["name"], one["role"], one["actor"]) for one in listed] == [
        ("anna", "analyst", analyst.principal.actor),
        ("olive", "owner", owner.principal.actor),
    ]
    anna, olive = (one["links"]["self"] for one in listed)

    last = owner.client.patch(olive, {"role": "viewer"})
    assert (last.status_code, last.json()["code"]) == (409, "last_owner")
    assert owner.client.patch(anna, {"role": "owner"}).json()["role"] == "owner"
    assert owner.client.patch(olive, {"role": "viewer"}).status_code == 200
    with tenant_transaction(owner.tenant.id):
        assert dict(Membership.objects.values_list("user__username", "role")) == {"anna": "owner", "olive": "viewer"}
    assert outsider.client.patch(anna, {"role": "viewer"}).status_code == 404
    assert analyst.client.patch(anna, {"role": "viewer"}).status_code == 403


def test_usage_is_told_by_day_and_as_csv(owner: Member) -> None:
    today = datetime.now(UTC).date()
    with tenant_transaction(owner.tenant.id):
        quotas.reserve_question(Tenant.objects.get(id=owner.tenant.id))
        quotas.count_tokens(input_tokens=7, output_tokens=0)
        long_ago = today - timedelta(days=40)
        UsageCounter.objects.create(tenant=owner.tenant, day=long_ago, kind="questions", amount=5)

    used = owner.client.get("/api/v1/usage").json()
    text = owner.client.get("/api/v1/usage.csv", {"since": str(long_ago)})

    assert used["items"] == [
        {"day": str(today), "kind": "input_tokens", "amount": 7},
        {"day": str(today), "kind": "questions", "amount": 1},
    ]
    assert used["totals"] == {"questions": 1, "input_tokens": 7, "output_tokens": 0}
    assert (used["today"]["used"], used["today"]["limit"] - used["today"]["remaining"]) == (1, 1)
    assert text["Content-Type"].startswith("text/csv")
    assert text.content.decode().splitlines() == [
        "day,kind,amount", f"{long_ago},questions,5", f"{today},input_tokens,7", f"{today},questions,1",
    ]  # fmt: skip
    for query in ({"since": "2026-02-01", "until": "2026-01-01"}, {"since": "2020-01-01"}, {"since": "soon"}):
        refused = owner.client.get("/api/v1/usage.csv", query)
        assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
        assert refused.json()["code"] == "invalid_request"


def test_audit_is_paged_and_filtered_and_not_for_everybody(owner: Member, analyst: Member) -> None:
    with tenant_transaction(owner.tenant.id):
        key = ApiKey.objects.get(name="anna")
        api_keys.revoke(key, actor=owner.principal.actor)
    address = "/api/v1/audit"

    (newest,) = (page := owner.client.get(address, {"limit": 1}).json())["items"]
    assert (newest["action"], newest["subject"], newest["actor"]) == (
        "api_key.revoked",
        key.prefix,
        owner.principal.actor,
    )
    assert owner.client.get(address, {"limit": 1, "cursor": page["next"]}).json()["items"][0]["id"] != newest["id"]
    issued = owner.client.get(address, {"action": "api_key.issued", "subject": key.prefix}).json()["items"]
    assert [one["details"] for one in issued] == [{"role": "analyst", "scopes": ["ask", "schema:read"]}]
    assert owner.client.get(address, {"until": newest["at"], "since": newest["at"]}).json()["items"] == []
    assert analyst.client.get(address).status_code == 401, "its key was revoked"
