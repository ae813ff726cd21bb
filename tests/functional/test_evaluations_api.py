"""Evaluations as their clients see them: started, carried out by the worker's task in slices, read and compared."""

import pytest

from nl2sql import tasks
from nl2sql.evaluation import jobs
from nl2sql.models import Conversation
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tests.conftest import Member
from tests.stored import change_tenant
from tests.verified import verify

ADDRESS = "/api/v1/evaluations"
VERIFIED = {"set": "verified"}
GOLD = {
    "How many customers are there?": "SELECT COUNT(*) FROM customers",
    "How many orders are there?": "SELECT COUNT(*) FROM orders",
    "List the names of customers": "SELECT 'nobody'",
}


@pytest.fixture
def gold(owner: Member, shop: DataSource) -> None:
    for question, sql in GOLD.items():
        verify(shop, question, sql)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Messages that would go to the worker."""
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(tasks.run_evaluation, "delay", lambda *ids: found.append(ids))
    return found


def test_a_set_is_asked_in_slices_read_and_compared(
    owner: Member, gold: None, sent: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = owner.client.post(ADDRESS, {**VERIFIED, "name": "first"})
    assert begun.status_code == 202, begun.content
    address = begun["Location"]
    assert (begun.status_code, begun.json()["state"], begun.json()["questions"]) == (202, "running", 3)
    assert sent == [(str(owner.tenant.id), begun.json()["id"])]
    assert owner.client.post(ADDRESS, VERIFIED).json()["code"] == "in_progress"

    monkeypatch.setattr(jobs, "SLICE_S", -1.0)
    tasks.run_evaluation(*sent.pop())
    assert len(sent) == 1, "a slice that ends early asks for the next"
    monkeypatch.setattr(jobs, "SLICE_S", 60.0)
    tasks.run_evaluation(*sent[0])
    tasks.run_evaluation(*sent.pop())

    done = owner.client.get(address, {"limit": 2}).json()
    assert (done["state"], done["asked"], done["scores"]["right"], done["scores"]["wrong"]) == ("done", 3, 2, 1)
    rest = owner.client.get(address, {"limit": 2, "cursor": done["next"]}).json()
    assert [case["number"] for case in done["cases"] + rest["cases"]] == [1, 2, 3]
    (wrong,) = owner.client.get(address, {"verdict": "wrong"}).json()["cases"]
    assert (wrong["question"], wrong["golds"]) == ("List the names of customers", ["SELECT 'nobody'"])
    with tenant_transaction(owner.tenant.id):
        assert set(Conversation.objects.values_list("actor", flat=True)) == {jobs.WORKER}

    again = owner.client.post(ADDRESS, {**VERIFIED, "limit": 2}).json()
    tasks.run_evaluation(*sent.pop())
    compared = owner.client.get(f"{again['links']['self']}/comparison", {"before": done["id"]}).json()
    assert (compared["counts"]["same"], compared["only_before"], compared["broken"]) == (2, 1, [])
    assert [one["id"] for one in owner.client.get(ADDRESS).json()["items"]] == [again["id"], done["id"]]


def test_what_stops_an_evaluation_is_told(owner: Member, gold: None, sent: list[tuple[str, str]]) -> None:
    change_tenant(owner.tenant, questions_per_day=1)
    begun = owner.client.post(ADDRESS, VERIFIED)
    tasks.run_evaluation(*sent.pop())

    told = owner.client.get(begun["Location"]).json()

    assert (told["state"], told["asked"], told["scores"]) == ("failed", 1, None)
    assert told["error"] == "All 1 questions of today (UTC) are used."


def test_only_curators_evaluate_and_only_their_own_tenant(
    owner: Member, analyst: Member, outsider: Member, gold: None
) -> None:
    begun = owner.client.post(ADDRESS, VERIFIED).json()
    address = begun["links"]["self"]

    assert analyst.client.post(ADDRESS, VERIFIED).status_code == analyst.client.get(address).status_code == 403
    assert outsider.client.get(address).status_code == 404
    assert outsider.client.get(f"{address}/comparison", {"before": begun["id"]}).status_code == 404
    nothing = outsider.client.post(ADDRESS, VERIFIED)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "not_found")
