"""Conversations and suggestions as their clients see them."""

from django.utils import timezone

from nl2sql.models import Conversation, Run, RunEvent
from nl2sql.suggestions.suggest import suggest
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tests.asking import ask
from tests.conftest import Member, NewSource
from tests.stored import set_policy
from tests.verified import verify

COUNT = "How many customers are there?"
ADDRESS = "/api/v1/conversations"


def test_conversations_are_listed_searched_renamed_and_deleted_with_their_runs(
    analyst: Member, owner: Member, shop: DataSource
) -> None:
    first = ask(analyst, COUNT)
    ask(analyst, "List the names of customers", conversation_id=first["conversation_id"])
    second = ask(analyst, "How many orders are there?")
    address = f"{ADDRESS}/{first['conversation_id']}"

    page = analyst.client.get(ADDRESS, {"limit": 1}).json()
    (item,) = page["items"]
    assert (item["id"], item["title"], item["run_count"]) == (second["conversation_id"], second["question"], 1)
    (older,) = analyst.client.get(ADDRESS, {"limit": 1, "cursor": page["next"]}).json()["items"]
    assert (older["id"], older["run_count"]) == (first["conversation_id"], 2)
    for words, found in (("NAMES OF", 1), ("how many", 2), ("nowhere", 0), ("%", 0)):
        assert len(analyst.client.get(ADDRESS, {"q": words}).json()["items"]) == found, words
    assert owner.client.get(ADDRESS).json() == {"items": [], "next": None}

    whole = analyst.client.get(address).json()
    assert [run["question"] for run in whole["runs"]] == ["List the names of customers", COUNT]
    assert analyst.client.get(whole["runs"][1]["links"]["self"]).json()["id"] == first["id"]
    assert analyst.client.patch(address, {"title": "Customers"}).json()["title"] == "Customers"
    assert analyst.client.patch(address, {"title": " "}).status_code == 400
    assert owner.client.patch(address, {"title": "Mine"}).status_code == owner.client.delete(address).status_code == 404

    assert analyst.client.delete(address).status_code == 204
    assert analyst.client.get(address).status_code == analyst.client.get(first["links"]["self"]).status_code == 404
    with tenant_transaction(analyst.tenant.id):
        assert (Conversation.objects.count(), Run.objects.count()) == (1, 1)
        assert {str(event.run_id) for event in RunEvent.objects.all()} == {second["id"]}


def test_a_conversation_in_which_a_question_is_at_work_stays(analyst: Member, shop: DataSource) -> None:
    asked = ask(analyst, COUNT)
    with tenant_transaction(analyst.tenant.id):
        Run.objects.update(status="running", completed_at=None, created_at=timezone.now())

    refused = analyst.client.delete(f"{ADDRESS}/{asked['conversation_id']}")

    assert (refused.status_code, refused.json()["code"]) == (409, "in_progress")


def test_every_suggestion_is_answered_and_those_that_people_vouch_for_come_first(
    analyst: Member, owner: Member, shop: DataSource
) -> None:
    sql = "SELECT DISTINCT name FROM customers JOIN orders ON customers.id = customer_id WHERE status = 'paid'"
    verify(shop, "Which customers paid?", sql)

    found = analyst.client.get("/api/v1/suggestions", {"limit": 12}).json()["items"]

    assert found[0] == {"question": "Which customers paid?", "data_source": "shop", "origin": "verified"}
    assert {one["origin"] for one in found[1:]} == {"schema"}
    assert {"How many orders are there for each customer?", "How many customers are there for each city?"} <= {
        one["question"] for one in found
    }
    for one in found:
        assert ask(analyst, one["question"], data_source=one["data_source"])["status"] == "completed", one


def test_nothing_hidden_is_suggested_and_nothing_of_another_tenant(
    analyst: Member, outsider: Member, shop: DataSource, new_sqlite_source: NewSource
) -> None:
    set_policy(shop, "analyst", {"exclude_tables": ["main.orders"], "columns": {"main.customers.city": "masked"}})

    assert [one.question for one in suggest(analyst.principal)] == [COUNT]
    assert suggest(outsider.principal) == ()
    new_sqlite_source(outsider.tenant, slug="own")
    assert suggest(outsider.principal) == (), "what was never synced suggests nothing"
    assert outsider.client.get("/api/v1/suggestions", {"data_source": "shop"}).status_code == 404


def test_a_refusal_says_what_can_be_asked_instead(analyst: Member, shop: DataSource) -> None:
    reply = ask(analyst, "How many customers were abducted by aliens?")

    assert (reply["status"], len(reply["suggestions"])) == ("cannot_answer", 3)
    assert ask(analyst, reply["suggestions"][0])["status"] == "completed"
