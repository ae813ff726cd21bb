"""What becomes of a model's plausible mistakes, through the API: mended once, then refused or marked."""

from typing import Any

from nl2sql.models import RunEvent
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tests.asking import ask
from tests.conftest import Member
from tests.scripted_model import ScriptedModel, answers

QUESTION = "What do our customers order?"
COUNTED_TWICE = "SELECT SUM(c.id) AS ids FROM customers AS c JOIN orders AS o ON o.customer_id = c.id"
ONCE = "SELECT SUM(id) AS ids FROM customers"


def outcomes(reply: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["outcome"] for check in reply["trust"]["checks"]}


def test_rows_that_a_join_repeats_are_summed_no_second_time(
    analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    model.script([answers(sql=COUNTED_TWICE), answers(sql=ONCE)])

    reply = ask(analyst, QUESTION)

    assert reply["sql"]["repaired"] is True
    assert "counts a row once for each row of main.orders" in model.requests[1].text
    assert "grain" not in outcomes(reply)
    with tenant_transaction(analyst.tenant.id):
        (doubted,) = RunEvent.objects.filter(kind="doubted")
    assert doubted.payload["check"] == "grain"


def test_a_sum_that_stays_wrong_is_refused(analyst: Member, shop: DataSource, model: ScriptedModel) -> None:
    model.script([answers(sql=COUNTED_TWICE)] * 2)

    reply = ask(analyst, QUESTION)

    assert (reply["status"], reply["result"]) == ("cannot_answer", None)
    assert "would answer wrongly" in reply["answer"]


def test_a_value_that_is_not_there_is_mended_or_marked(
    analyst: Member, valued_shop: DataSource, model: ScriptedModel
) -> None:
    wrong = "SELECT name FROM customers WHERE city = 'lyon'"
    model.script([answers(sql=wrong), answers(sql="SELECT name FROM customers WHERE city = 'Lyon'")])
    mended = ask(analyst, "Who lives in that city?")
    assert "did you mean 'Lyon'?" in model.requests[1].text
    assert (outcomes(mended)["literals"], mended["sql"]["repaired"]) == ("passed", True)

    model.script([answers(sql=wrong), answers(sql="DROP TABLE customers")])
    marked = ask(analyst, "Who lives in that city?")
    assert (marked["trust"]["label"], outcomes(marked)["literals"]) == ("unverified", "failed")
    assert any("did you mean 'Lyon'?" in warning for warning in marked["sql"]["warnings"])


def test_where_the_composer_agrees_a_models_answer_is_checked(
    analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    model.script([answers(sql="SELECT COUNT(*) FROM customers"), answers(sql="SELECT COUNT(*) FROM orders")])

    same, other = (ask(analyst, "How many customers are there?") for _ in range(2))

    assert (same["trust"]["label"], outcomes(same)["second_opinion"]) == ("checked", "passed")
    assert (other["trust"]["label"], outcomes(other)["second_opinion"]) == ("unverified", "undetermined")
