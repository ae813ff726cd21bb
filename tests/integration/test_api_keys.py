"""API keys: issued, used, expired, revoked, of suspended tenants, and unknown."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants import api_keys
from tenants.actors import principal_now
from tenants.api_keys import LAST_USED_RESOLUTION, KeyExpired, Unauthenticated
from tenants.context import tenant_transaction
from tenants.embed_tokens import principal_of_embed
from tenants.models import ApiKey, AuditEvent, Tenant
from tenants.principal import Principal, TenantSuspended
from tenants.roles import Permission, Role
from tests.integration.conftest import undone
from tests.stored import all_rows, change_tenant

ACTOR = "user:7"


def _issue(tenant: Tenant, **fields: object) -> tuple[ApiKey, str]:
    with tenant_transaction(tenant.id):
        return api_keys.issue(name="test", scopes=[Permission.ASK, Permission.READ_SCHEMA], actor=ACTOR, **fields)  # type: ignore[arg-type]  # expires_at


def _events(tenant: Tenant) -> list[tuple[str, str, str, object]]:
    with tenant_transaction(tenant.id):
        events = AuditEvent.objects.filter(action__startswith="api_key.").order_by("at")
        return list(events.values_list("action", "actor", "subject", "details"))


def _change(tenant: Tenant, key: ApiKey, **fields: object) -> None:
    with tenant_transaction(tenant.id):
        ApiKey.objects.filter(id=key.id).update(**fields)


def test_a_key_stands_for_its_tenant_and_scopes_and_is_stored_only_as_a_digest(tenant: Tenant) -> None:
    key, text = _issue(tenant)
    assert api_keys.authenticate(text) == Principal(
        tenant_id=tenant.id,
        actor=f"key:{key.prefix}",
        permissions=frozenset({Permission.ASK, Permission.READ_SCHEMA}),
    )
    with tenant_transaction(tenant.id):
        row = ApiKey.objects.filter(id=key.id).values().get()
    secret = text.removeprefix(f"qk_{key.prefix}_")
    assert all(secret not in str(value) for value in row.values())
    assert _events(tenant) == [
        ("api_key.issued", ACTOR, key.prefix, {"role": "viewer", "scopes": ["ask", "schema:read"]})
    ]


def test_a_key_can_be_used_until_it_expires(tenant: Tenant) -> None:
    key, text = _issue(tenant, expires_at=timezone.now() + timedelta(hours=1))
    assert api_keys.authenticate(text).actor == f"key:{key.prefix}"
    _change(tenant, key, expires_at=timezone.now() - timedelta(microseconds=1))
    with pytest.raises(KeyExpired):
        api_keys.authenticate(text)


def test_a_revoked_key_is_as_unknown_as_any_other(tenant: Tenant) -> None:
    key, text = _issue(tenant, expires_at=timezone.now() - timedelta(hours=1))
    with tenant_transaction(tenant.id):
        api_keys.revoke(key, actor="user:8")
        api_keys.revoke(key, actor="user:9")
    with pytest.raises(Unauthenticated) as revoked:
        api_keys.authenticate(text)
    with pytest.raises(Unauthenticated) as unknown:
        api_keys.authenticate("qk_0123456789ab_nobody")
    assert revoked.value.message == unknown.value.message
    assert [event[:2] for event in _events(tenant)] == [("api_key.issued", ACTOR), ("api_key.revoked", "user:8")]


def test_a_key_stands_still_while_its_makers_account_is_deactivated(tenant: Tenant) -> None:
    accounts = get_user_model().objects
    maker = accounts.create_user("maker")
    key, text = _issue(tenant, maker_id=maker.id)
    principal = api_keys.authenticate(text)

    accounts.filter(id=maker.id).update(is_active=False)
    with tenant_transaction(tenant.id):
        assert [one.state for one in api_keys.known_keys()] == ["paused"]
        with pytest.raises(Unauthenticated, match="that made the token is paused"):
            principal_of_embed(api_keys.find(key.id), label="anna", role=Role.VIEWER, attributes={})
    with pytest.raises(Unauthenticated):
        api_keys.authenticate(text)
    with pytest.raises(Unauthenticated):
        principal_now(tenant, actor=f"key:{key.prefix}", role=Role.VIEWER, attributes={})

    accounts.filter(id=maker.id).update(is_active=True)
    assert api_keys.authenticate(text) == principal


@pytest.mark.parametrize("change", ["", "x", "\0", "é"])
def test_a_wrong_secret_behind_a_right_prefix(tenant: Tenant, change: str) -> None:
    _, text = _issue(tenant)
    with pytest.raises(Unauthenticated):
        api_keys.authenticate(f"{text[:-1]}{change}")


@pytest.mark.parametrize("text", ["", "qk", "nonsense", "qk_0123456789ab_secret", "qk_" + "9" * 150 + "_s", "qk_é_s"])
def test_what_is_no_key_of_anybody(tenant: Tenant, text: str) -> None:
    with pytest.raises(Unauthenticated):
        api_keys.authenticate(text)


def test_a_suspended_tenants_key_says_so(tenant: Tenant) -> None:
    _, text = _issue(tenant)
    change_tenant(tenant, is_suspended=True)
    with pytest.raises(TenantSuspended):
        api_keys.authenticate(text)


def test_another_tenant_can_neither_see_nor_revoke_a_key(tenant: Tenant, other_tenant: Tenant) -> None:
    key, text = _issue(tenant)
    with tenant_transaction(other_tenant.id):
        assert ApiKey.objects.count() == 0
        api_keys.revoke(key, actor="user:666")
    assert api_keys.authenticate(text).tenant_id == tenant.id
    assert _events(other_tenant) == []


def test_the_time_of_use_is_written_at_most_once_a_minute(tenant: Tenant) -> None:
    key, text = _issue(tenant)

    def used() -> tuple[object, int]:
        with CaptureQueriesContext(connection) as queries:
            api_keys.authenticate(text)
        with tenant_transaction(tenant.id):
            at = ApiKey.objects.get(id=key.id).last_used_at
        return at, len([query for query in queries if query["sql"].startswith("UPDATE")])

    first, written = used()
    assert first is not None
    assert written == 1
    assert used() == (first, 0)
    earlier = timezone.now() - LAST_USED_RESOLUTION - timedelta(seconds=1)
    _change(tenant, key, last_used_at=earlier)
    again, written = used()
    assert written == 1
    assert again != earlier


def test_a_key_and_its_audit_event_are_stored_together_or_not_at_all(tenant: Tenant) -> None:
    with undone(tenant):
        api_keys.issue(name="test", scopes=[Permission.ASK], actor=ACTOR)
    assert all_rows(ApiKey, tenant.id) == []
    assert _events(tenant) == []
