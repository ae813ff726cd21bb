"""Several statements for a hard question, chosen by what they find."""

import re
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest

from nl2sql.answering.candidates import APPROACHES
from nl2sql.models import Run, RunEvent
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tests.asking import run_of
from tests.conftest import Configure, Member
from tests.scripted_model import BROKEN, Reply, ScriptedModel, answers

QUESTION = "How many customers are there?"
ORDERS = answers(sql="SELECT COUNT(*) AS n FROM orders")
"""The composer reads the question otherwise: it is hard."""

Asked = Callable[..., tuple[Run, dict[str, Any]]]


@pytest.fixture
def asked(analyst: Member, shop: DataSource, model: ScriptedModel, change_environment: Configure) -> Asked:
    """Asks with three candidates; gives the run and its check of agreement."""
    change_environment(llm_candidates=3)

    def ask(*replies: Reply) -> tuple[Run, dict[str, Any]]:
        model.script(replies)
        run = run_of(analyst, QUESTION)
        checks = {check["name"]: check for check in run.reply["trust"]["checks"]}
        return run, checks.get("agreement", {})

    return ask


def others(run: Run) -> list[tuple[str, str]]:
    """Of the statements that were not chosen: the table and what came of them."""
    told = run.reply["trust"]["receipt"]["other_statements"]
    return [(re.findall(r'FROM (?:"main"\.)?"?(\w+)', one["sql"])[0], one["fate"]) for one in told]


def test_what_most_of_them_find_is_the_answer(asked: Asked, model: ScriptedModel) -> None:
    customers = answers(sql="SELECT COUNT(*) AS n FROM customers"), answers(sql="SELECT COUNT(id) FROM customers")

    run, agreement = asked(ORDERS, *customers)

    assert run.reply["sql"]["tables"] == ["main.customers"]
    assert (agreement["outcome"], agreement["detail"][:26]) == ("passed", "2 of 3 statements agreed: ")
    assert (run.input_tokens, len(model.requests)) == (300, 3)
    for approach, request in zip(APPROACHES, model.requests[1:], strict=False):
        assert approach in request.text
    assert [step["name"] for step in run.reply["steps"]][-1] == "candidates"
    with tenant_transaction(run.tenant_id):
        last = RunEvent.objects.filter(run=run, kind="drafted").order_by("sequence").last()
    assert last is not None
    assert last.payload["sql"] == "SELECT COUNT(*) AS n FROM customers", "a thumb up proposes what was chosen"
    assert others(run) == [("orders", "other_rows"), ("customers", "same_rows")]


def test_where_none_agree_the_receipt_says_so(asked: Asked) -> None:
    blocked = answers(sql="SELECT COUNT(*) FROM nowhere")

    run, agreement = asked(ORDERS, blocked, answers(sql="SELECT COUNT(*) + 90 AS n FROM customers"))

    assert run.reply["sql"]["tables"] in (["main.orders"], ["main.customers"])
    assert (agreement["outcome"], agreement["detail"][:24]) == ("undetermined", "The candidates disagreed")
    assert "of 3 statements, each written by itself, 1 found these rows" in agreement["detail"]
    assert run.reply["trust"]["label"] == "unverified"
    assert others(run) == [("customers", "other_rows"), ("nowhere", "blocked")]


def test_all_agree(asked: Asked) -> None:
    _, agreement = asked(ORDERS, ORDERS, ORDERS)

    assert agreement["detail"].startswith("3 of 3 statements agreed")


def test_a_model_that_fails_meanwhile_costs_no_answer(asked: Asked) -> None:
    run, agreement = asked(ORDERS, BROKEN)

    assert (run.status, run.reply["sql"]["tables"], run.input_tokens) == ("completed", ["main.orders"], 100)
    assert agreement["outcome"] == "undetermined"


def test_an_easy_question_is_written_once(asked: Asked, model: ScriptedModel) -> None:
    _, agreement = asked(answers(sql="SELECT COUNT(*) AS n FROM customers"))

    assert (agreement, len(model.requests)) == ({}, 1)


def test_a_tenant_says_how_many_where_it_pays_itself(
    owner: Member, shop: DataSource, model: ScriptedModel, change_environment: Configure
) -> None:
    address = "/api/v1/model"
    assert owner.client.put(address, {"candidates": 2}).json()["errors"][0]["field"] == "candidates"
    change_environment(llm_networks=(ip_network("127.0.0.1/32"),))
    own = {"base_url": model.url, "key": "sk-own", "model": "chosen", "candidates": 2}
    assert owner.client.put(address, own).json()["settings"]["candidates"] == 2
    model.script([ORDERS, ORDERS])

    run = run_of(owner, QUESTION)

    checks = {check["name"]: check["detail"] for check in run.reply["trust"]["checks"]}
    assert checks["agreement"][:26] == "2 of 2 statements agreed: "
