"""Verified queries from the thumb that proposes one to the answer that reuses it."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from nl2sql.curation.verified_staleness import explain_again
from nl2sql.evaluation.question_sources import kept_questions
from nl2sql.models import RunFeedback, VerifiedQuery
from nl2sql.models.verified_query import CHANGED
from schema_index.models import DataSource, JudgedQuestion
from schema_index.syncing.snapshots import sync
from tenants.context import tenant_transaction
from tenants.models import AuditEvent, Tenant
from tests.asking import ask, run_of
from tests.conftest import Member, caller
from tests.functional.test_api_contract import assert_problem
from tests.pages import operating
from tests.scripted_model import REFUSES, ScriptedModel
from tests.stored import all_rows, alter, only_row
from tests.verified import vouch

QUERIES = "/api/v1/verified-queries"
QUESTION = "How many customers live in Lyon?"
SQL = "SELECT COUNT(*) AS customers FROM customers WHERE city = 'Lyon'"


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
    return only_row(VerifiedQuery, query.tenant_id, id=query.id)


def label(member: Member) -> str:
    trust = run_of(member, QUESTION).reply["trust"]
    return trust["label"] if trust else ""


def test_each_door_opens_to_its_tenant_and_to_no_other(
    owner: Member, outsider: Member, verified: VerifiedQuery
) -> None:
    address = f"{QUERIES}/{verified.id}"
    reviewed, new = {"state": "reviewed"}, {"question": "Who?", "sql": "SELECT name FROM customers"}
    for response in (
        outsider.client.get(address),
        outsider.client.patch(address, reviewed),
        outsider.client.delete(address),
    ):
        assert_problem(response, status=404, code="not_found")
    assert outsider.client.get(QUERIES).json() == {"items": [], "next": None}
    assert stored(verified).state == "verified", "nothing of this changed anything"
    client = owner.client
    opened = [client.get(QUERIES), client.get(address), client.patch(address, reviewed), client.delete(address)]
    assert [one.status_code for one in (*opened, client.post(QUERIES, new))] == [200, 200, 200, 204, 201]


def test_feedback_has_the_same_contract_and_stands_once(
    owner: Member, outsider: Member, analyst: Member, shop: DataSource
) -> None:
    run = run_of(owner, "How many customers are there?")
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
    assert all_rows(VerifiedQuery, owner.tenant.id) == []


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
    assert all_rows(JudgedQuestion, owner.tenant.id, question="How many live in Lyon?") == []


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
    run = run_of(analyst, "How many customers do not live in Lyon?")
    assert run.status == "cannot_answer"
    assert f"Question: {QUESTION}\nSQL: {SQL}" in model.requests[-1].text

    model.script([REFUSES])
    run_of(analyst, QUESTION, is_test=True)
    assert SQL not in model.requests[-1].text


def test_what_a_policy_hides_is_neither_reused_nor_shown(
    owner: Member, analyst: Member, verified: VerifiedQuery, model: ScriptedModel
) -> None:
    address = "/api/v1/data-sources/shop/policy/analyst"
    response = owner.client.put(address, {"columns": {"main.customers.city": "hidden"}})
    assert response.status_code == 200, response.json()
    model.script([REFUSES])
    run = run_of(analyst, QUESTION)
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


def test_the_admin_decides(owner: Member, shop: DataSource) -> None:
    client = operating(owner.tenant, user=owner.user)
    address = "/admin/nl2sql/verifiedquery/"
    fields = {"source": str(shop.id), "question": QUESTION, "sql": "DROP TABLE customers"}
    assert "The statement was blocked" in client.post(f"{address}add/", fields).content.decode()
    assert client.post(f"{address}add/", {**fields, "sql": SQL}).status_code == 302
    query = only_row(VerifiedQuery, owner.tenant.id)
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
    assert all_rows(VerifiedQuery, tenant.id) == []
    file.write_text(f"{good}\n")
    call_command("import_verified_queries", "shop", str(file), "--tenant", "acme")
    assert capsys.readouterr().out == "shop: 1 questions proposed; a curator verifies them.\n"
