"""A tenant's own language model: chosen over HTTP and in the admin, asked with its own key, tried before it is used."""

import json
from collections.abc import Iterator
from decimal import Decimal
from ipaddress import ip_network
from typing import Any

import pytest
from pydantic import SecretStr

from config.model_price import ModelPrice
from nl2sql.evaluation.trial import try_candidate
from nl2sql.models import Evaluation, TenantModel
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tenants.models import AuditEvent
from tests.asking import run_of
from tests.conftest import Configure, Member, NewSource, sync_and_embed
from tests.functional.conftest import MODEL_KEY
from tests.functional.test_api_contract import assert_problem
from tests.pages import of, operating
from tests.scripted_model import WRONG_KEY, Reply, ScriptedModel, answers, fails
from tests.stored import change_tenant, only_row
from tests.verified import verify

MODEL = "/api/v1/model"
OWN_KEY = "sk-of-the-tenant-alone"
COUNT = "How many customers are there?"
RIGHT = answers(sql="SELECT count(*) AS n FROM customers")
WRONG = answers(sql="SELECT count(*) AS n FROM orders")


@pytest.fixture
def own(change_environment: Configure) -> Iterator[ScriptedModel]:
    """A second scripted model, which a tenant may choose."""
    change_environment(llm_networks=(ip_network("127.0.0.1/32"),), answer_cache_size=0)
    with ScriptedModel() as scripted:
        yield scripted


def put(member: Member, **fields: Any) -> Any:
    return member.client.put(MODEL, fields)


def choose(member: Member, own: ScriptedModel, **fields: Any) -> dict[str, Any]:
    response = put(member, base_url=own.url, key=OWN_KEY, model="chosen", **fields)
    assert response.status_code in (200, 202), response.content
    reply: dict[str, Any] = response.json()
    return reply


def ask(member: Member) -> Any:
    return run_of(member, COUNT)


def test_an_own_model_is_asked_at_its_own_address_with_its_own_key_and_price(
    owner: Member, outsider: Member, shop: DataSource, model: ScriptedModel, own: ScriptedModel
) -> None:
    reply = choose(owner, own, temperature=0.5, max_output_tokens=500, input_price="0.40", output_price="1.60")
    assert (reply["model"], reply["endpoint"], reply["price_known"], reply["candidate"]) == (
        *("chosen", "own", True, None),
    )
    assert (reply["settings"]["has_key"], reply["settings"]["input_price"]) == (True, "0.4")
    assert owner.client.get(MODEL).json() == reply
    assert OWN_KEY not in json.dumps(reply)

    own.script([RIGHT])
    run = ask(owner)
    assert run.reply["result"]["rows"] == [[3]]
    assert run.reply["usage"] == {"model": "chosen", "input_tokens": 100, "output_tokens": 10, "cost": "0.000056"}
    assert run.cost == Decimal("0.000056")
    (sent,) = own.requests
    assert sent.headers["authorization"] == f"Bearer {OWN_KEY}"
    assert (sent.body["model"], sent.body["temperature"], sent.body["max_tokens"]) == ("chosen", 0.5, 500)
    assert model.requests == []

    with tenant_transaction(owner.tenant.id):
        row = TenantModel.objects.get()
        events = AuditEvent.objects.filter(action__startswith="model.").values_list("action", "subject")
        assert sorted(events) == [("model.in_use", "chosen"), ("model.proposed", "chosen")]
    assert OWN_KEY.encode() not in bytes(row.encrypted_key)

    browser = of(owner)
    spent = browser.get("/usage").content.decode()
    for line in ('Tokens today</th><td class="number">110<', 'Cost this month</th><td class="number">0.000056<'):
        assert line in spent

    assert owner.client.delete(MODEL).status_code == 204
    model.script([RIGHT])
    assert ask(owner).model == "scripted"
    assert model.requests[0].headers["authorization"] == f"Bearer {MODEL_KEY}"


def test_another_tenants_model_is_neither_used_nor_shown(
    owner: Member,
    outsider: Member,
    shop: DataSource,
    new_sqlite_source: NewSource,
    model: ScriptedModel,
    own: ScriptedModel,
) -> None:
    sync_and_embed(new_sqlite_source(outsider.tenant))
    choose(owner, own)
    model.script([RIGHT])
    assert ask(outsider).model == "scripted"
    assert own.requests == []
    seen = outsider.client.get(MODEL).content.decode()
    assert (json.loads(seen)["settings"], own.prefix in seen, "chosen" in seen) == (None, False, False)
    assert outsider.client.delete(MODEL).status_code == 204
    assert owner.client.get(MODEL).json()["model"] == "chosen"
    operator = operating(outsider.tenant)
    row = only_row(TenantModel, owner.tenant.id)
    listed = operator.get("/admin/nl2sql/tenantmodel/").content.decode()
    opened = operator.get(f"/admin/nl2sql/tenantmodel/{row.pk}/change/", follow=True).content.decode()
    assert "chosen" not in listed + opened


def test_a_stored_key_goes_only_to_the_address_it_was_for(owner: Member, own: ScriptedModel) -> None:
    choose(owner, own)
    moved = assert_problem(put(owner, base_url=f"{own.url}/elsewhere"), status=400, code="invalid_request")
    assert (moved["errors"][0]["field"], "Enter the key again" in moved["detail"]) == ("key", True)
    assert put(owner, base_url=own.url, model="other").json()["settings"]["has_key"] is True
    assert put(owner, base_url=own.url, model="other", key="").json()["settings"]["has_key"] is False


def test_what_the_installation_pays_for_it_chooses(
    owner: Member, model: ScriptedModel, change_environment: Configure
) -> None:
    change_environment(llm_prices=(ModelPrice.parse("dear=10/30"),))
    body = assert_problem(put(owner, model="dearest"), status=400, code="invalid_request")
    assert "scripted, dear" in body["detail"]
    assert_problem(put(owner, input_price="0", output_price="0"), status=400, code="invalid_request")
    assert_problem(put(owner, key="sk-own", input_price="1"), status=400, code="invalid_request")
    reply = put(owner, model="dear", timeout_s=20).json()
    assert (reply["model"], reply["endpoint"], reply["price_known"]) == ("dear", "installation", True)


def test_an_address_is_judged_when_it_is_entered_and_when_it_is_used(
    owner: Member, shop: DataSource, own: ScriptedModel, change_environment: Configure
) -> None:
    for wrong in ("http://10.0.0.1:8000/v1", "https://169.254.169.254/v1", "file:/etc", "https://a@b/v1"):
        assert_problem(put(owner, base_url=wrong, key=""), status=422, code="llm_forbidden")
    choose(owner, own)
    change_environment(llm_networks=())
    assert ask(owner).error_code == "llm_forbidden"
    assert own.requests == []


def test_no_redirect_is_followed(owner: Member, shop: DataSource, own: ScriptedModel) -> None:
    choose(owner, own)
    own.script([Reply(status=307, headers={"Location": f"{own.url}/elsewhere"})])
    run = ask(owner)
    assert (run.error_code, len(own.requests)) == ("llm_unavailable", 1)
    assert "the address in the tenant's model settings" in run.error_detail


def test_a_test_makes_one_short_call_and_says_how_to_mend(owner: Member, own: ScriptedModel) -> None:
    assert_problem(owner.client.post(f"{MODEL}/test"), status=404, code="not_found")
    choose(owner, own)
    own.script([answers(message="yes"), WRONG_KEY])
    told = owner.client.post(f"{MODEL}/test").json()
    assert (told["model"], told["ms"] >= 0) == ("chosen", True)
    body = assert_problem(owner.client.post(f"{MODEL}/test"), status=503, code="llm_unavailable")
    assert body["detail"] == "The model endpoint refused the key: check the key in the tenant's model settings."
    assert (len(own.requests), len(own.requests[0].text) < 2_000) == (2, True)
    own.default = answers(message="yes")
    statuses = [owner.client.post(f"{MODEL}/test").status_code for _ in range(9)]
    assert statuses[-1] == 429


def post(member: Member) -> Any:
    return member.client.post("/nl2sql", {"question": COUNT})


def test_a_used_up_budget_is_told_with_when_to_come_back_before_any_call_is_made(
    owner: Member, shop: DataSource, own: ScriptedModel
) -> None:
    choose(owner, own, max_output_tokens=500, input_price="0.40", output_price="1.60")
    own.script([RIGHT])
    change_tenant(owner.tenant, model_tokens_per_day=5_000, model_cost_per_month=1)
    assert post(owner).status_code == 200
    budgets = owner.client.get(MODEL).json()["budgets"]
    assert [(one["unit"], one["period"], one["used"], one["limit"]) for one in budgets] == [
        ("tokens", "day", "110", "5000"),
        ("cost", "day", "0.000056", None),
        ("tokens", "month", "110", None),
        ("cost", "month", "0.000056", "1"),
    ]
    change_tenant(owner.tenant, model_tokens_per_day=600)
    response = post(owner)
    body = assert_problem(response, status=429, code="quota_exceeded")
    assert (response["Retry-After"], body["period"], body["unit"]) == (str(body["retry_after"]), "day", "tokens")
    assert len(own.requests) == 1
    operator = operating()
    page = operator.get(f"/admin/tenants/tenant/{owner.tenant.id}/change/").content.decode()
    for told in ("110 tokens today (UTC), of 600", "0.000056 of money this month, of 1"):
        assert told in page


def test_what_an_endpoint_does_not_count_costs_nobody_knows_what_and_is_taken_as_estimated(
    owner: Member, shop: DataSource, own: ScriptedModel
) -> None:
    choose(owner, own, max_output_tokens=500, input_price="1", output_price="1")
    assert isinstance(RIGHT.body, dict)
    own.script([Reply(body={**RIGHT.body, "usage": None})])
    assert ask(owner).reply["usage"] == {"model": "chosen", "input_tokens": 0, "output_tokens": 0, "cost": None}
    tokens = int(owner.client.get(MODEL).json()["budgets"][0]["used"])
    assert 500 < tokens < 5_000


def test_an_endpoint_that_keeps_failing_is_left_alone_and_tried_again(
    owner: Member, shop: DataSource, own: ScriptedModel, change_environment: Configure
) -> None:
    change_environment(llm_max_attempts=1, llm_breaker_failures=2, llm_breaker_rest_s=30.0)
    choose(owner, own)
    own.script([fails(500), fails(503)])
    statuses = [post(owner).status_code for _ in range(2)]
    assert (statuses, len(own.requests)) == ([503, 503], 2)
    response = post(owner)
    body = assert_problem(response, status=503, code="llm_unavailable")
    assert (len(own.requests), 25 <= int(response["Retry-After"]) <= 30) == (2, True)
    assert "left alone" in body["detail"]
    # Another key is another account, and whether it fails is not known.
    assert put(owner, base_url=own.url, key="sk-other", model="chosen").status_code == 200
    own.script([RIGHT])
    assert post(owner).status_code == 200


@pytest.fixture
def verified(shop: DataSource) -> None:
    verify(shop, COUNT, "SELECT count(*) FROM customers")


def tried(member: Member) -> dict[str, Any]:
    """What the API says once the task has run, twice."""
    waiting = only_row(TenantModel, member.tenant.id, is_candidate=True).id
    for _ in range(2):
        try_candidate(member.tenant.id, waiting)
    reply: dict[str, Any] = member.client.get(MODEL).json()
    return reply


@pytest.mark.usefixtures("verified")
def test_a_model_that_breaks_verified_queries_is_reported_or_refused_before_it_is_used(
    owner: Member, model: ScriptedModel, own: ScriptedModel, change_environment: Configure
) -> None:
    change_environment(evaluation_gate="refuse")
    waiting = choose(owner, own)
    assert (waiting["model"], waiting["candidate"]["state"], waiting["settings"]) == ("scripted", "waiting", None)

    model.script([RIGHT])
    own.script([WRONG])
    refused = tried(owner)
    assert (refused["model"], refused["candidate"]["state"]) == ("scripted", "refused")
    assert f'breaks 1 and mends 0: "{COUNT}" is wrong' in refused["candidate"]["report"]
    assert (len(model.requests), len(own.requests)) == (1, 1)

    change_environment(evaluation_gate="report")
    choose(owner, own)
    own.script([WRONG])
    used = tried(owner)
    assert (used["model"], used["candidate"], len(model.requests)) == ("chosen", None, 1)
    assert "reported only" in used["settings"]["report"]
    with tenant_transaction(owner.tenant.id):
        told = list(Evaluation.objects.values_list("configuration__generator", "configuration__candidate"))
    assert told == [("chosen", False), ("chosen", True), ("scripted", False)]

    # A new key answers nothing otherwise.
    assert put(owner, base_url=own.url, key="sk-newer", model="chosen").status_code == 200


@pytest.mark.usefixtures("verified")
def test_a_trial_that_cannot_be_ended_leaves_what_was_in_use_and_says_why(
    owner: Member, model: ScriptedModel, own: ScriptedModel, change_environment: Configure
) -> None:
    choose(owner, own)
    change_environment(questions_per_day=1)
    model.script([RIGHT])
    told = tried(owner)
    assert (told["model"], told["candidate"]["state"]) == ("scripted", "waiting")
    assert told["candidate"]["report"].startswith("The trial did not come to its end: All 1 questions of today")


def test_the_admin_stores_a_key_without_showing_it_and_tests_the_model(
    owner: Member, own: ScriptedModel, change_environment: Configure
) -> None:
    change_environment(llm_api_key=SecretStr(MODEL_KEY))
    operator = operating(owner.tenant)
    base = "/admin/nl2sql/tenantmodel/"
    bad = operator.post(f"{base}add/", {"base_url": "http://example.com/v1", "key": OWN_KEY})
    assert "must begin with https://" in bad.content.decode()
    assert OWN_KEY not in bad.content.decode()
    added = operator.post(f"{base}add/", {"base_url": own.url, "key": OWN_KEY, "model": "chosen"}, follow=True)
    assert "was added successfully" in added.content.decode()
    row = only_row(TenantModel, owner.tenant.id)
    assert operator.get(f"{base}add/").status_code == 403
    page = operator.get(f"{base}{row.pk}/change/").content.decode()
    assert (OWN_KEY in page, bytes(row.encrypted_key).decode() in page, "in use" in page) == (False, False, True)
    operator.post(f"{base}{row.pk}/change/", {"base_url": own.url, "model": "newer"})
    reply = owner.client.get(MODEL).json()
    assert (reply["model"], reply["settings"]["has_key"]) == ("newer", True)
