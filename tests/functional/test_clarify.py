"""A question back and its answer, over the API: asked only where it matters, gone on with, remembered as a proposal."""

from typing import Any

import pytest

from schema_index.models import DataSource, FaqEntry
from tenants.context import tenant_transaction
from tenants.roles import Role
from tests.asking import ask
from tests.conftest import Member
from tests.scripted_model import ScriptedModel, answers
from tests.stored import only_row, set_policy

FAQ = "/api/v1/knowledge/faq"
QUESTION = "What is our revenue?"
ALL, PAID = "SELECT SUM(total) AS revenue FROM orders", "SELECT SUM(total) AS net FROM orders WHERE status = 'paid'"
GROSS = {"text": "gross", "reading": "All orders.", "sql": ALL}
NET = {"text": "net", "reading": "Paid orders only.", "sql": PAID}
ASKS = answers(question="Gross or net?", choices=[GROSS, NET])


def post(member: Member, **body: Any) -> Any:
    return member.client.post("/nl2sql", body)


@pytest.fixture
def asked(analyst: Member, shop: DataSource, model: ScriptedModel) -> dict[str, Any]:
    """What came back for the analyst's question: gross, or net?"""
    model.script([ASKS])
    return ask(analyst, question=QUESTION)


def test_a_choice_goes_on_with_the_question(analyst: Member, asked: dict[str, Any], model: ScriptedModel) -> None:
    assert asked["clarification"] == {
        "question": "Gross or net?",
        "choices": [{name: one[name] for name in ("text", "reading")} for one in (GROSS, NET)],
    }
    said = {2: "net: Paid orders only.", "NET": "net: Paid orders only.", "without tips": "without tips"}
    for choice, answer in said.items():
        model.script([answers(sql=PAID)])
        reply = ask(analyst, clarifies=asked["id"], choice=choice)
        assert (reply["question"], reply["conversation_id"]) == (QUESTION, asked["conversation_id"])
        assert (reply["clarifies"], reply["result"]["rows"]) == ({"of": asked["id"], "choice": answer}, [[95]])
        assert f'<data kind="choice">\nAsked: Gross or net?\nChosen: {answer}\n</data>' in model.requests[-1].text
        assert "second_opinion" not in [check["name"] for check in reply["trust"]["checks"]]

    model.script([ASKS, ASKS])
    again = ask(analyst, clarifies=asked["id"], choice=1)
    third = ask(analyst, clarifies=again["id"], choice=1)
    assert model.requests[-1].text.count("Chosen: gross") == 2
    assert "often enough" in post(analyst, clarifies=third["id"], choice=1).json()["detail"]


@pytest.mark.parametrize(
    "same",
    [
        ALL,
        ALL.replace("revenue", "net"),
        "select sum(total) from orders limit 5000",
        'SELECT SUM("total") FROM "orders"',
    ],
)
def test_readings_that_give_one_statement_are_no_question(
    analyst: Member, shop: DataSource, model: ScriptedModel, same: str
) -> None:
    model.script([answers(question="Gross or net?", choices=[GROSS, {**NET, "sql": same}])])

    reply = ask(analyst, question=QUESTION)

    assert (reply["status"], reply["result"]["rows"]) == ("completed", [[100]])
    assert reply["assumptions"] == ["It makes no difference here: “gross” and “net” give the same statement."]


@pytest.mark.parametrize("other", [PAID, "", "DROP TABLE orders", "SELECT SUM(nothing) FROM orders"])
def test_whatever_may_differ_is_asked(analyst: Member, shop: DataSource, model: ScriptedModel, other: str) -> None:
    model.script([answers(question="Gross or net?", choices=[GROSS, {**NET, "sql": other}])])
    assert ask(analyst, question=QUESTION)["status"] == "needs_clarification"


def test_a_choice_is_remembered_as_a_proposal_that_reaches_nobody(
    analyst: Member, owner: Member, asked: dict[str, Any], model: ScriptedModel
) -> None:
    model.script([answers(sql=PAID)] * 4)
    for _ in range(2):
        ask(analyst, clarifies=asked["id"], choice=2, remember=True)

    entry = only_row(FaqEntry, owner.tenant.id)
    assert (entry.question, entry.review_state, entry.reviewer) == ("Gross or net? net", "proposed", "")
    assert entry.answer == f"net: Paid orders only.\n\nChosen when this was asked: {QUESTION}"
    assert [one["id"] for one in analyst.client.get(FAQ).json()["items"]] == [str(entry.id)]
    with tenant_transaction(owner.tenant.id):
        FaqEntry.objects.update(author="user:0")
    assert analyst.client.get(FAQ).json()["items"] == []
    assert analyst.client.get(f"{FAQ}/{entry.id}").status_code == 404
    assert owner.client.get(FAQ, {"review_state": "proposed"}).json()["items"][0]["id"] == str(entry.id)

    ask(owner, question="Gross or net? The revenue, please")
    assert "Paid orders only." not in model.requests[-1].text
    address, accept = f"{FAQ}/{entry.id}", {"review_state": "reviewed"}
    assert owner.client.patch(address, accept).status_code == 200
    model.script([answers(sql=PAID, definitions=["D1"])])
    ask(owner, question="Gross or net? The revenue, please")
    reply = ask(owner, question="Gross or net? The revenue, please")
    assert "[D1 faq] Gross or net? net" in model.requests[-1].text
    assert reply["trust"]["receipt"]["definitions"] == [{"kind": "faq", "title": "Gross or net? net"}]


def test_only_ones_own_open_question_can_be_answered(
    analyst: Member, owner: Member, outsider: Member, shop: DataSource, asked: dict[str, Any], model: ScriptedModel
) -> None:
    for member in (owner, outsider):
        assert post(member, clarifies=asked["id"], choice=1).status_code == 404
    wrong: list[tuple[dict[str, Any], str | None]] = [
        ({"choice": 3}, None),
        ({"choice": 6}, "choice"),
        ({"choice": True}, "choice"),
        ({"choice": "neither", "remember": True}, None),
        ({}, "choice"),
        ({"choice": 1, "question": QUESTION}, "question"),
        ({"choice": 1, "data_source": "shop"}, "data_source"),
    ]
    for body, field in wrong:
        response = post(analyst, clarifies=asked["id"], **body)
        assert (response.status_code, response.json()["code"]) == (400, "invalid_request"), body
        assert [one["field"] for one in response.json().get("errors", [])] == ([field] if field else []), body
    for body in ({"question": QUESTION, "choice": 1}, {"question": QUESTION, "remember": True}, {}):
        assert post(analyst, **body).status_code == 400

    set_policy(shop, Role.ANALYST, {"columns": {"main.customers.email": "masked"}})
    assert "may not be shown any more" in post(analyst, clarifies=asked["id"], choice=1).json()["detail"]
    assert len(model.requests) == 1
