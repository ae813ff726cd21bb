"""Verified queries from the thumb that proposes one to the answer that reuses it."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from nl2sql import runs
from nl2sql.curation.verified_staleness import explain_again
from nl2sql.evaluation.question_sources import kept_questions
from nl2sql.models import RunFeedback, VerifiedQuery
from nl2sql.models.verified_query import CHANGED
from nl2sql.runs import AskRequest
from schema_index.models import DataSource, JudgedQuestion
from schema_index.syncing.snapshots import sync
from tenants.context import tenant_transaction
from tenants.models import AuditEvent, Tenant
from tenants.roles import Permission
from tests.asking import ask
from tests.conftest import Member, alter, caller, new_key
from tests.functional.test_api_contract import assert_problem
from tests.scripted_model import REFUSES, ScriptedModel
from tests.verified import vouch

pytestmark = pytest.mark.django_db

QUERIES = "/api/v1/verified-queries"
QUESTION = "How many customers live in Lyon?"
SQL = "SELECT COUNT(*) AS customers FROM customers WHERE city = 'Lyon'"


def send(client: APIClient, method: str, address: str, body: Any = None) -> Any:
    return getattr(client, method)(address, None if method in ("get", "delete") else body)


@pytest.fixture
def shop(valued_shop: DataSource) -> DataSource:
    """With its values, which text parameters take."""
    return valued_shop


@pytest.fixture
def verified(shop: DataSource, owner: Member) -> VerifiedQuery:
    query = vouch(shop, QUESTION, SQL, actor=owner.principal.actor)
    assert label(owner) != "verified", "not before the database has explained it"
    assert explain_again(query.tenant_id, query.id) == ""
    return stored(query)


def stored(query: VerifiedQuery) -> VerifiedQuery:
    with tenant_transaction(query.tenant_id):
        return VerifiedQuery.objects.get(id=query.id)


def label(member: Member) -> str:
    trust = runs.ask(member.principal, AskRequest(question=QUESTION)).reply["trust"]
    return trust["label"] if trust else ""


CALLS = [("get", ""), ("post", ""), ("get", "/{id}"), ("patch", "/{id}"), ("delete", "/{id}")]


@pytest.mark.parametrize(("method", "place"), CALLS)
def test_every_door_needs_a_caller_the_scope_the_tenant_and_known_fields(
    owner: Member, outsider: Member, verified: VerifiedQuery, method: str, place: str
) -> None:
    address = QUERIES + place.format(id=verified.id)
    body = {"question": "Who?", "sql": "SELECT name FROM customers"} if method == "post" else {"state": "reviewed"}
    assert_problem(send(caller(), method, address, body), status=401, code="unauthenticated")
    little = caller(new_key(owner.tenant, Permission.READ_SCHEMA))
    problem = assert_problem(send(little, method, address, body), status=403, code="insufficient_scope")
    assert problem["required"] == "knowledge:write"
    if place:
        assert_problem(send(outsider.client, method, address, body), status=404, code="not_found")
    elif method == "get":
        assert send(outsider.client, method, address).json() == {"items": [], "next": None}
    assert_problem(send(owner.client, method, f"{address}?tenant=x", body), status=400, code="unknown_field")
    if method in ("post", "patch"):
        assert_problem(send(owner.client, method, address, {**body, "curator": "x"}), status=400, code="unknown_field")
    assert stored(verified).state == "verified", "nothing of this changed anything"
    expected = {("post", ""): 201, ("delete", "/{id}"): 204}.get((method, place), 200)
    assert send(owner.client, method, address, body).status_code == expected


def test_feedback_has_the_same_contract_and_stands_once(
    owner: Member, outsider: Member, analyst: Member, shop: DataSource
) -> None:
    run = runs.ask(owner.principal, AskRequest(question="How many customers are there?"))
    address = f"/api/v1/runs/{run.id}/feedback"
    up = {"rating": "up", "reason": "As in the report."}
    assert_problem(caller().put(address, up), status=401, code="unauthenticated")
    assert_problem(outsider.client.put(address, up), status=404, code="not_found")
    assert_problem(analyst.client.put(address, up), status=404, code="not_found")
    asked = ask(owner, "How many customers are there?")
    address = f"/api/v1/runs/{asked['id']}/feedback"
    assert_problem(owner.client.put(address, {"rating": "left"}), status=400, code="invalid_request")
    assert_problem(owner.client.put(address, {**up, "stars": 5}), status=400, code="unknown_field")

    first, second = (owner.client.put(address, up) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert {**second.json(), "updated_at": ""} == {**up, "run_id": asked["id"], "updated_at": ""}
    with tenant_transaction(owner.tenant.id):
        (query,) = VerifiedQuery.objects.all()
        assert RunFeedback.objects.count() == 1
    assert (query.state, query.origin, str(query.run_id)) == ("proposed", "feedback", asked["id"])
    with tenant_transaction(outsider.tenant.id):
        assert (VerifiedQuery.objects.count(), RunFeedback.objects.count()) == (0, 0)
    owner.client.put(address, {"rating": "down"})
    with tenant_transaction(owner.tenant.id):
        assert not VerifiedQuery.objects.exists()


def test_a_statement_is_kept_as_written_and_blocked_ones_are_not(owner: Member, shop: DataSource) -> None:
    body = {"question": QUESTION, "sql": SQL, "data_source": "shop"}
    response = owner.client.post(QUERIES, body)
    query = response.json()
    assert (response.status_code, response["Location"]) == (201, f"{QUERIES}/{query['id']}")
    assert {name: query[name] for name in ("question", "sql", "state", "origin", "parameters", "curator")} == {
        "question": QUESTION,
        "sql": SQL,
        "state": "proposed",
        "origin": "api",
        "parameters": [{"kind": "text", "value": "Lyon", "column": "customers.city"}],
        "curator": "",
    }
    assert owner.client.post(QUERIES, body).json()["id"] == query["id"]
    for blocked in ("DELETE FROM customers", "SELECT x FROM nowhere"):
        assert_problem(owner.client.post(QUERIES, {**body, "sql": blocked}), status=422, code="sql_blocked")
    other = owner.client.post(QUERIES, {**body, "sql": SQL + " LIMIT 5"}).json()
    for one, status in ((query, 200), (other, 409)):
        decided = owner.client.patch(f"{QUERIES}/{one['id']}", {"state": "verified"})
        assert decided.status_code == status
    with tenant_transaction(owner.tenant.id):
        assert list(JudgedQuestion.objects.values_list("question", "tables")) == [(QUESTION, ["main.customers"])]
        audited = set(AuditEvent.objects.filter(action__startswith="verified_query").values_list("action", flat=True))
    assert audited == {"verified_query.proposed", "verified_query.verified"}
    assert explain_again(owner.tenant.id, UUID(query["id"])) == ""
    assert [one.golds for one in kept_questions("verified", tenant_id=owner.tenant.id, source="shop")] == [(SQL,)]
    changed = owner.client.patch(f"{QUERIES}/{query['id']}", {"question": "How many live in Lyon?"}).json()
    assert (changed["state"], changed["curator"]) == ("proposed", "")
    with tenant_transaction(owner.tenant.id):
        assert not JudgedQuestion.objects.filter(question="How many live in Lyon?").exists()


def test_the_whole_question_reuses_it_without_a_model(
    analyst: Member, verified: VerifiedQuery, model: ScriptedModel
) -> None:
    body = ask(analyst, "Number of customers that live in Turin")

    assert body["status"] == "completed"
    assert (body["result"]["rows"], body["sql"]["generator"]) == ([[1]], "verified query")
    assert body["trust"]["label"] == "verified"
    on = verified.decided_at.date().isoformat() if verified.decided_at else ""
    assert body["trust"]["verified"] == {"query_id": str(verified.id), "by": "olive", "on": on}
    assert body["assumptions"] == ["With Turin in the place of Lyon."]
    assert body["usage"]["model"] == ""
    assert model.requests == []


def test_a_near_miss_asks_the_model_and_shows_it_the_example(
    analyst: Member, verified: VerifiedQuery, model: ScriptedModel
) -> None:
    model.script([REFUSES])
    run = runs.ask(analyst.principal, AskRequest(question="How many customers do not live in Lyon?"))
    assert run.status == "cannot_answer"
    assert f"Question: {QUESTION}\nSQL: {SQL}" in model.requests[-1].text

    model.script([REFUSES])
    runs.ask(analyst.principal, AskRequest(question=QUESTION, is_test=True))
    assert SQL not in model.requests[-1].text


def test_what_a_policy_hides_is_neither_reused_nor_shown(
    owner: Member, analyst: Member, verified: VerifiedQuery, model: ScriptedModel
) -> None:
    address = "/api/v1/data-sources/shop/policy/analyst"
    response = owner.client.put(address, {"columns": {"main.customers.city": "hidden"}})
    assert response.status_code == 200, response.json()
    model.script([REFUSES])
    run = runs.ask(analyst.principal, AskRequest(question=QUESTION))
    assert run.status == "cannot_answer"
    assert "'Lyon'" not in model.requests[-1].text
    assert label(owner) == "verified"


def test_a_changed_table_takes_it_out_of_use_until_the_database_explains_it(
    tenant: Tenant, verified: VerifiedQuery, shop: DataSource, owner: Member
) -> None:
    def change(script: str) -> None:
        alter(shop, script)
        sync(tenant.id, source_id=shop.id, actor="system:test")

    change("ALTER TABLE orders ADD COLUMN note TEXT")
    assert stored(verified).stale_reason == "", "it does not cite orders"
    change("ALTER TABLE customers ADD COLUMN note TEXT")
    assert stored(verified).stale_reason == CHANGED
    assert label(owner) != "verified"
    assert explain_again(tenant.id, verified.id) == ""
    assert label(owner) == "verified"
    change("ALTER TABLE customers RENAME COLUMN city TO town")
    reason = explain_again(tenant.id, verified.id)
    assert "city" in reason
    assert stored(verified).stale_reason == reason
    change("ALTER TABLE customers RENAME COLUMN town TO city")
    assert explain_again(tenant.id, verified.id) == ""
    assert stored(verified).stale_at is None
    with tenant_transaction(tenant.id):
        actions = AuditEvent.objects.filter(action__in=["verified_query.stale", "verified_query.green"]).order_by("at")
        assert [one.action for one in actions] == [
            "verified_query.green",
            "verified_query.green",
            "verified_query.stale",
            "verified_query.green",
        ]


def test_the_admin_decides(client: Any, owner: Member, shop: DataSource) -> None:
    owner.user.is_staff = owner.user.is_superuser = True
    owner.user.save()
    client.force_login(owner.user)
    session = client.session
    session["admin_tenant"] = str(owner.tenant.id)
    session.save()
    address = "/admin/nl2sql/verifiedquery/"
    fields = {"source": str(shop.id), "question": QUESTION, "sql": "DROP TABLE customers"}
    assert "The statement was blocked" in client.post(f"{address}add/", fields).content.decode()
    assert client.post(f"{address}add/", {**fields, "sql": SQL}).status_code == 302
    with tenant_transaction(owner.tenant.id):
        query = VerifiedQuery.objects.get()
    for action, state in (("mark_reviewed", "reviewed"), ("verify", "verified"), ("reject", "rejected")):
        client.post(address, {"action": action, "_selected_action": [str(query.id)]})
        query = stored(query)
        assert (query.state, query.curator) == (state, f"user:{owner.user.pk}")
    assert client.post(address, {"action": "explain_again", "_selected_action": [str(query.id)]}).status_code == 302
    assert QUESTION in client.get(f"{address}?state__exact=rejected").content.decode()


def test_an_import_takes_all_lines_or_none(
    tenant: Tenant, shop: DataSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "queries.jsonl"
    good = json.dumps({"question": QUESTION, "sql": SQL})
    for bad in ('{"question": "Who?"}', "nonsense", json.dumps({"question": "Who?", "sql": "DROP TABLE customers"})):
        file.write_text(f"{good}\n{bad}\n")
        with pytest.raises(CommandError, match="No line was taken: line 2"):
            call_command("import_verified_queries", "shop", str(file), "--tenant", "acme")
    with tenant_transaction(tenant.id):
        assert not VerifiedQuery.objects.exists()
    file.write_text(f"{good}\n")
    call_command("import_verified_queries", "shop", str(file), "--tenant", "acme")
    assert capsys.readouterr().out == "shop: 1 questions proposed; a curator verifies them.\n"
