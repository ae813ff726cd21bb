"""What was kept long enough goes, and whoever comes back for it is told so."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError
from django.db import connections
from django.utils import timezone
from prometheus_client import REGISTRY

from nl2sql.models import Conversation, Run, RunEvent, RunFeedback
from nl2sql.retention import sweep
from nl2sql.retention.expiry import GONE
from nl2sql.tasks import sweep_expired
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tenants.models import AuditEvent, RequestCount, Tenant
from tests.commands import said
from tests.conftest import Member, Superuser
from tests.pages import of
from tests.stored import all_rows

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

QUESTION = "How many customers are there for each city?"
CANARY = "Turin"
"""In a row of the answer."""


def ask(member: Member) -> dict[str, Any]:
    """With what else a caller leaves behind."""
    headers = {"Idempotency-Key": "k-1"}
    asked = of(member).post("/nl2sql", {"question": QUESTION}, content_type="application/json", headers=headers)
    assert asked.status_code == 200, asked.content
    reply: dict[str, Any] = asked.json()
    rated = of(member).put(f"{reply['links']['self']}/feedback", {"rating": "up"}, content_type="application/json")
    assert rated.status_code in (200, 201), rated.content
    return reply


def age(member: Member, *, days: int) -> None:
    """Everything of the tenant happened so long ago."""
    then = timezone.now() - timedelta(days=days)
    with tenant_transaction(member.tenant.id):
        Run.objects.update(created_at=then, completed_at=then)
        Conversation.objects.update(created_at=then)
        RequestCount.objects.update(since=then)


def swept(*options: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(said("sweep_expired", "--json", *options))
    return told


def get(member: Member, address: str) -> tuple[int, dict[str, Any]]:
    response = of(member).get(address)
    return response.status_code, response.json()


def test_a_result_says_until_when_it_is_kept_and_then_that_it_is_gone(
    analyst: Member, outsider: Member, shop: DataSource
) -> None:
    reply = ask(analyst)
    address, page = reply["links"]["self"], f"/runs/{reply['id']}"
    with tenant_transaction(analyst.tenant.id):
        completed_at = Run.objects.get().completed_at
        assert completed_at is not None
    until = completed_at + timedelta(days=90)
    assert (reply["result"]["expires_at"], reply["result_expired"]) == (until.isoformat(), False)
    assert get(analyst, address)[1] == reply
    assert f"Kept until {until.day} {until:%b %Y}." in of(analyst).get(page).content.decode()
    assert CANARY in json.dumps(reply)

    with tenant_transaction(analyst.tenant.id):
        Tenant.objects.filter(id=analyst.tenant.id).update(keep_results_days=7)
    age(analyst, days=8)

    status, before = get(analyst, address)
    gone = {"result": None, "chart": None, "answer": GONE, "result_expired": True}
    times = {name: before[name] for name in ("created_at", "completed_at")}
    assert (status, before) == (200, {**reply, **gone, **times})
    assert before["sql"] == reply["sql"]
    for part in ("result", "result.csv"):
        refused, problem = get(analyst, f"{address}/{part}")
        assert (refused, problem["code"], problem["detail"]) == (410, "result_expired", GONE)
    shown = of(analyst).get(page).content.decode()
    assert GONE in shown
    assert "Ask again" in shown
    assert CANARY not in shown

    gone_now = {"results": 1, "idempotency_keys": 1}
    assert swept() == {"tenants": {"acme": gone_now, "other": {}}, "sessions": 0, "is_done": True}
    assert get(analyst, address) == (200, before)
    with tenant_transaction(analyst.tenant.id):
        assert CANARY not in json.dumps(Run.objects.get().reply)
        assert list(RunEvent.objects.values_list("kind", flat=True)) == ["done"]
        event = AuditEvent.objects.get(action="retention.swept")
        assert (event.actor, event.details) == ("system:retention", gone_now)
    told = get(analyst, f"{address}/events")[1]
    assert [one["event"] for one in told["items"]] == ["run.created", "answer.delta", "suggestions", "usage", "done"]
    assert told["next"] is None
    assert swept()["tenants"] == {"acme": {}, "other": {}}
    # A follow-up needs the statement, not the rows.
    follow = {"question": "How many of them are there?", "conversation_id": reply["conversation_id"]}
    assert of(analyst).post("/nl2sql", follow, content_type="application/json").status_code == 200


def test_questions_go_with_all_that_is_stored_of_them_and_the_trail_later(
    analyst: Member, outsider: Member, shop: DataSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 1)
    ask(analyst)
    age(analyst, days=401)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    sessions = Session.objects.count()
    before = REGISTRY.get_sample_value("querent_swept_total", {"kind": "questions"}) or 0.0
    with tenant_transaction(analyst.tenant.id):
        trail = AuditEvent.objects.count()
        counts = RequestCount.objects.count()

    assert swept("--tenant", "acme")["tenants"] == {
        "acme": {"results": 1, "questions": 1, "conversations": 1, "request_counts": counts}
    }
    sweep_expired()

    assert (sessions > 0, Session.objects.count()) == (True, 0)
    assert REGISTRY.get_sample_value("querent_swept_total", {"kind": "questions"}) == before + 1
    assert (REGISTRY.get_sample_value("querent_swept_timestamp_seconds") or 0) > 0
    with tenant_transaction(analyst.tenant.id):
        for model in (Run, RunEvent, RunFeedback, Conversation):
            assert not model.objects.exists(), model
        assert AuditEvent.objects.count() == trail + 1, "the trail stays, and tells of the sweep"


def test_keys_are_free_after_a_day_and_a_tenant_may_keep_everything(analyst: Member, shop: DataSource) -> None:
    ask(analyst)
    with tenant_transaction(analyst.tenant.id):
        Tenant.objects.filter(id=analyst.tenant.id).update(
            keep_results_days=0, keep_questions_days=0, keep_audit_days=0
        )
    age(analyst, days=5_000)
    assert set(swept("--tenant", "acme")["tenants"]["acme"]) == {"idempotency_keys", "request_counts"}
    with tenant_transaction(analyst.tenant.id):
        run = Run.objects.select_related("tenant").get()
        assert (run.idempotency_key, run.reply["result"]["rows"][1][0], run.emptied_at) == ("", CANARY, None)


def test_the_audit_trail_goes_as_its_owner_says(
    analyst: Member, outsider: Member, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    superuser.execute("UPDATE tenants_auditevent SET at = now() - interval '1101 days'")
    with tenant_transaction(analyst.tenant.id):
        old = AuditEvent.objects.count()
        assert old > 0

    with monkeypatch.context() as patch:
        connections["owner"].close()  # an open one would not ask for it
        patch.setitem(connections["owner"].settings_dict, "PASSWORD", "wrong")
        with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
            swept("--tenant", "acme")
    assert swept("--tenant", "acme")["tenants"] == {"acme": {"audit_events": old}}

    assert [one.action for one in all_rows(AuditEvent, analyst.tenant.id)] == ["retention.swept"]
    with tenant_transaction(outsider.tenant.id):
        assert AuditEvent.objects.exists(), "another tenant's is its own"
