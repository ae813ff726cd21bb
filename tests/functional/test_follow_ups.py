"""A conversation over the API: what the model sees of it, how its answers say what changed, and who is no context."""

from nl2sql.models import Run
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tenants.roles import Role
from tests.asking import ask
from tests.conftest import Member, NewSource, sync_and_embed
from tests.scripted_model import ScriptedModel, answers
from tests.stored import only_row, set_policy

WHOLE = "How many orders were paid?"
PAID = "SELECT COUNT(*) AS orders FROM orders AS o WHERE o.status = 'paid'"
IN_LYON = (
    "SELECT COUNT(*) AS orders FROM orders JOIN customers ON customers.id = orders.customer_id "
    "WHERE orders.status = 'paid' AND customers.city = 'Lyon'"
)
CANCELLED = "SELECT COUNT(*) AS orders FROM orders WHERE status = 'cancelled'"
EARLIER = '<data kind="conversation">'


def test_a_follow_up_goes_on_from_the_statement_before(analyst: Member, shop: DataSource, model: ScriptedModel) -> None:
    model.script([answers(sql=PAID, interpreted_as="Number of paid orders"), answers(sql=IN_LYON, follow_up=1)])
    first = ask(analyst, WHOLE)
    assert (first["follow_up"], EARLIER in model.requests[0].text) == (None, False)

    second = ask(analyst, "and for Lyon?", conversation_id=first["conversation_id"])

    prompt = model.requests[1].text
    for part in ("Exchange 1", f"Question: {WHOLE}", "Read as: Number of paid orders", first["sql"]["text"]):
        assert part in prompt
    assert "Columns: orders" in prompt
    assert second["follow_up"] == {
        "of": first["id"],
        "difference": ["table added: main.customers", "filter added: customers.city is “Lyon”"],
    }
    assert second["trust"]["receipt"]["follow_up"] == second["follow_up"]
    assert second["retrieval"]["tables"][0]["name"] == "main.orders"
    assert second["result"]["rows"] == [[3]]
    # The composer's reading of half a question is no second opinion.
    assert "second_opinion" not in [check["name"] for check in second["trust"]["checks"]]

    model.script([answers(sql=CANCELLED)])
    third = ask(analyst, "only the cancelled ones", conversation_id=first["conversation_id"])
    assert third["follow_up"] == {
        "of": second["id"],
        "difference": [
            "table removed: main.customers",
            "filter changed: orders.status is “paid”, now orders.status is “cancelled”",
            "filter removed: customers.city is “Lyon”",
        ],
    }
    assert analyst.client.get(third["links"]["self"]).json() == third


def test_a_new_topic_leaves_everything_behind(analyst: Member, shop: DataSource, model: ScriptedModel) -> None:
    model.script([answers(sql=PAID)] * 4)
    conversation = ask(analyst, WHOLE)["conversation_id"]

    fresh = ask(analyst, "How many customers are there?", conversation_id=conversation, new_topic=True)
    after = ask(analyst, "Which cities are there?", conversation_id=conversation)

    assert (fresh["new_topic"], fresh["follow_up"], EARLIER in model.requests[1].text) == (True, None, False)
    prompt = model.requests[2].text
    assert "Question: How many customers are there?" in prompt
    assert WHOLE not in prompt
    # A whole question of which the model says nothing more continues nothing.
    assert after["follow_up"] is None


def test_only_what_the_asker_may_still_see_of_this_source_is_context(
    owner: Member, analyst: Member, shop: DataSource, new_sqlite_source: NewSource, model: ScriptedModel
) -> None:
    sync_and_embed(new_sqlite_source(owner.tenant, slug="second", index_values=False))
    model.script([answers(sql=PAID)] * 9)
    first = ask(analyst, WHOLE, data_source="shop")
    conversation = first["conversation_id"]

    ask(analyst, "and those of May?", data_source="second", conversation_id=conversation)
    assert EARLIER not in model.requests[-1].text

    foreign = {"question": "and for Lyon?", "data_source": "shop", "conversation_id": conversation}
    answer = owner.client.post("/nl2sql", foreign)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    stored = only_row(Run, owner.tenant.id, id=first["id"])
    for changed, is_context in (({"actor": "key:other"}, False), ({"status": "failed"}, False), ({}, True)):
        with tenant_transaction(owner.tenant.id):
            Run.objects.filter(id=first["id"]).update(**{"actor": stored.actor, "status": stored.status, **changed})
        ask(analyst, "and for Lyon?", data_source="shop", conversation_id=conversation)
        assert (WHOLE in model.requests[-1].text) is is_context, changed

    set_policy(shop, Role.ANALYST, {"columns": {"main.customers.email": "masked"}})
    ask(analyst, "and for Lyon?", data_source="shop", conversation_id=conversation)
    assert EARLIER not in model.requests[-1].text


def test_without_a_model_only_whole_questions_are_answered(analyst: Member, shop: DataSource, tenant: Tenant) -> None:
    first = ask(analyst, "How many orders are there?")
    conversation = first["conversation_id"]

    half = ask(analyst, "and customers?", conversation_id=conversation)
    whole = ask(analyst, "How many customers are there?", conversation_id=conversation)
    fresh = ask(analyst, "customers", conversation_id=conversation, new_topic=True)

    assert (half["status"], "need a language model" in half["answer"]) == ("cannot_answer", True)
    assert (whole["result"]["rows"], whole["follow_up"]) == ([[3]], None)
    assert fresh["status"] == "completed"
