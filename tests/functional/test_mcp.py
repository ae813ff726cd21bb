"""The door for agents, called over HTTP with the protocol's own client."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from mcp_types import CallToolResult, TextContent

from nl2sql.mcp.server import TOOLS
from nl2sql.mcp.tool import Arguments, Caller, Result
from nl2sql.models import Run
from schema_index.models import DataSource, FaqEntry
from tenants.context import tenant_transaction
from tenants.models import ApiKey, AuditEvent
from tenants.roles import Permission
from tests.agents import AgentDoor, serving
from tests.conftest import Member, new_key
from tests.scripted_model import SLOW, Recorded, Reply, ScriptedModel, answers
from tests.stored import change_tenant, only_row, set_policy
from tests.verified import verify

COUNT = "How many customers are there?"
PAID = "SELECT SUM(total) AS net FROM orders WHERE status = 'paid'"
READINGS = [
    {"text": "gross", "reading": "All orders.", "sql": "SELECT SUM(total) AS gross FROM orders"},
    {"text": "net", "reading": "Paid orders only.", "sql": PAID},
]
NAMES = ("ask", "run_sql", "search_schema", "describe_table", "list_verified_queries")


@pytest.fixture(scope="module")
def door() -> Iterator[AgentDoor]:
    with serving() as found:
        yield found


def told(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    (block,) = result.content
    assert isinstance(block, TextContent)
    content: dict[str, Any] = result.structured_content
    assert json.loads(block.text) == content, "clients that know no structured results read the text"
    return content


def refused(result: CallToolResult) -> str:
    """The code; the message stands in the text as well."""
    assert result.is_error
    (block,) = result.content
    assert isinstance(block, TextContent)
    error = result.structured_content["error"]
    assert block.text == f"{error['code']}: {error['message']}"
    return str(error["code"])


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_question_is_answered_with_its_evidence(
    door: AgentDoor, analyst: Member, shop: DataSource, mode: str
) -> None:
    called = replace(door, mode=mode)

    assert {tool.name for tool in called.tools(analyst.key)} == set(NAMES)
    answer = told(called.call(analyst.key, "ask", question=COUNT))

    assert (answer["status"], answer["rows"], answer["trust"]) == ("completed", [[3]], "checked")
    assert (answer["tables"], answer["truncated"]) == (["main.customers"], False)
    with tenant_transaction(analyst.tenant.id):
        run = Run.objects.get()
        actions = set(AuditEvent.objects.filter(actor=run.actor).values_list("action", flat=True))
    assert (str(run.id), run.actor[:4], len(run.request_id)) == (answer["run_id"], "key:", 32)
    assert {"question.asked", "question.ended"} <= actions
    follow_up = called.call(analyst.key, "ask", question=COUNT, conversation_id=answer["conversation_id"], max_rows=1)
    assert told(follow_up)["conversation_id"] == answer["conversation_id"]
    assert told(called.call(analyst.key, "ask", question="What is the weather on Mars?"))["status"] == "cannot_answer"


def test_a_key_sees_the_tools_of_its_scopes(door: AgentDoor, analyst: Member, shop: DataSource) -> None:
    key = new_key(analyst.tenant, Permission.ASK)

    assert [tool.name for tool in door.tools(key)] == ["ask", "run_sql"]
    assert refused(door.call(key, "describe_table", table="customers")) == "insufficient_scope"


def test_the_schema_is_searched_and_described_as_far_as_a_policy_shows_it(
    door: AgentDoor, analyst: Member, owner: Member, shop: DataSource
) -> None:
    found = told(door.call(analyst.key, "search_schema", query="where customers live", kinds=["table"]))["items"]
    assert ("main.customers", "shop") in [(one["name"], one["data_source"]) for one in found]

    table = told(door.call(analyst.key, "describe_table", table="Orders"))
    assert (table["table"], table["dialect"], table["columns_in_all"]) == (
        "main.orders",
        "sqlite",
        len(table["columns"]),
    )
    assert table["foreign_keys"][0]["target"] == "main.customers"
    with tenant_transaction(owner.tenant.id):
        shop.refresh_from_db()
        shop.hidden = ["main.orders", "main.customers.email"]
        shop.save()
    seen = told(door.call(analyst.key, "describe_table", table="main.customers"))
    assert "email" not in [column["name"] for column in seen["columns"]]
    hidden = door.call(analyst.key, "describe_table", table="orders")
    never = door.call(analyst.key, "describe_table", table="ordeal")
    assert refused(hidden) == refused(never) == "not_found"


def test_an_agents_own_statement_passes_the_guard_the_policy_and_the_caps(
    door: AgentDoor, analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    rules = {"main.customers": "city = 'Lyon'"}
    set_policy(shop, "analyst", {"columns": {"main.customers.email": "hidden"}, "row_rules": rules})
    with tenant_transaction(shop.tenant_id):
        ApiKey.objects.filter(name="anna").update(role="analyst")

    rows = "SELECT id, name FROM customers ORDER BY id"
    statements = (
        rows,
        "SELECT email FROM customers",
        "DELETE FROM customers",
        "SELECT 1; SELECT 2",
        "SELECT nope FROM x",
    )
    done, *blocked = door.calls(analyst.key, [("run_sql", {"sql": sql, "max_rows": 1}) for sql in statements])

    answer = told(done)
    assert (answer["rows"], answer["truncated"], answer["tables"]) == ([[1, "Ada"]], True, ["main.customers"])
    assert answer["trust"] != "verified"
    assert [refused(one) for one in blocked] == ["sql_blocked"] * 4
    assert [one.structured_content["error"]["rule"] for one in blocked]
    run = only_row(Run, shop.tenant_id, id=answer["run_id"])
    assert (run.status, run.given_sql, run.model, model.requests) == ("completed", rows, "", [])


def test_verified_queries_are_listed_to_who_may_run_them(
    door: AgentDoor, analyst: Member, owner: Member, shop: DataSource
) -> None:
    actor = owner.principal.actor
    verify(shop, "How many customers have an address?", "SELECT COUNT(email) FROM customers", actor=actor)
    verify(shop, "What did we sell?", "SELECT SUM(total) FROM orders", actor=actor)

    listed = told(door.call(analyst.key, "list_verified_queries"))
    assert [one["question"] for one in listed["items"]] == ["What did we sell?", "How many customers have an address?"]
    assert (listed["dialect"], listed["items"][0]["verified_by"]) == ("sqlite", "olive")
    alike = told(door.call(analyst.key, "list_verified_queries", question="How many customers have a city?", limit=1))
    assert [one["sql"] for one in alike["items"]] == ["SELECT COUNT(email) FROM customers"]
    with tenant_transaction(owner.tenant.id):
        shop.refresh_from_db()
        shop.hidden = ["main.customers.email"]
        shop.save()
    left = told(door.call(analyst.key, "list_verified_queries"))["items"]
    assert [one["question"] for one in left] == ["What did we sell?"]


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("ask", {}, "invalid_request"),
    ("ask", {"question": ""}, "invalid_request"),
    ("ask", {"question": "x" * 2_001}, "invalid_request"),
    ("ask", {"question": "bell\x07"}, "invalid_request"),
    ("ask", {"question": 7}, "invalid_request"),
    ("ask", {"question": COUNT, "tenant": "other"}, "invalid_request"),
    ("ask", {"question": COUNT, "max_rows": 501}, "invalid_request"),
    ("ask", {"question": COUNT, "choice": 1}, "invalid_request"),
    ("ask", {"question": COUNT, "remember": True}, "invalid_request"),
    ("ask", {"clarifies": "00000000-0000-4000-8000-000000000000"}, "invalid_request"),
    ("ask", {"clarifies": "00000000-0000-4000-8000-000000000000", "choice": 1}, "not_found"),
    ("ask", {"question": COUNT, "data_source": "nowhere"}, "not_found"),
    ("run_sql", {"sql": ""}, "invalid_request"),
    ("run_sql", {"sql": "SELECT 1", "max_rows": 0}, "invalid_request"),
    ("search_schema", {"query": "a", "limit": 0}, "invalid_request"),
    ("drop_table", {}, "not_found"),
]


def test_what_cannot_be_done_is_an_error_of_the_tool(door: AgentDoor, analyst: Member) -> None:
    results = door.calls(analyst.key, [(tool, arguments) for tool, arguments, _ in WRONG])

    assert [refused(result) for result in results] == [code for _, _, code in WRONG]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_bug_tells_nothing_of_itself(
    door: AgentDoor, analyst: Member, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, mode: str
) -> None:
    def broken(caller: Caller, arguments: Arguments) -> Result:
        raise LookupError("a row that nobody may read")

    monkeypatch.setitem(TOOLS, "search_schema", replace(TOOLS["search_schema"], work=broken))

    result = replace(door, mode=mode).call(analyst.key, "search_schema", query="customers")

    assert refused(result) == "internal_error"
    assert "nobody may read" not in result.model_dump_json()
    assert "LookupError" in caplog.text, "the operator has the stack"


def test_a_failed_run_tells_its_own_code(
    door: AgentDoor, analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    model.script([answers(sql="DROP TABLE customers")] * 3)

    result = door.call(analyst.key, "ask", question="Remove all customers")

    assert refused(result) == "sql_blocked"
    assert result.structured_content["error"]["run_id"]


def test_a_question_back_is_answered_with_one_of_its_choices(
    door: AgentDoor, analyst: Member, outsider: Member, shop: DataSource, model: ScriptedModel
) -> None:
    model.script([answers(question="Gross or net?", choices=READINGS), answers(sql=PAID)])
    asked = told(door.call(analyst.key, "ask", question="What is our revenue?"))
    assert (asked["status"], asked["choices"]) == (
        "needs_clarification",
        ["gross: All orders.", "net: Paid orders only."],
    )
    chosen = {"clarifies": asked["run_id"], "choice": asked["choices"][1]}

    reply = told(door.call(analyst.key, "ask", **chosen, remember=True))

    assert (reply["status"], reply["rows"], reply["conversation_id"]) == ("completed", [[95]], asked["conversation_id"])
    proposed = only_row(FaqEntry, analyst.tenant.id)
    assert (proposed.question, proposed.review_state) == ("Gross or net? net", "proposed")
    assert refused(door.call(outsider.key, "ask", **chosen, remember=True)) == "not_found"


def test_who_hangs_up_stops_the_model(door: AgentDoor, analyst: Member, shop: DataSource, model: ScriptedModel) -> None:
    question = {"name": "ask", "arguments": {"question": "Who are our customers?"}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": question})
    given = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = [f"{name}: {value}" for name, value in (given | headers(analyst.key)).items()]
    client = socket.create_connection(("127.0.0.1", urlsplit(door.url).port or 0))

    def hung_up_on(_: Recorded) -> Reply:
        client.close()
        return SLOW

    model.script([hung_up_on])
    client.sendall("\r\n".join(["POST /mcp HTTP/1.1", *lines, "", body]).encode())

    assert model.hung_up.wait(10)
    with tenant_transaction(analyst.tenant.id):
        until = time.monotonic() + 5
        while (run := Run.objects.get()).completed_at is None and time.monotonic() < until:
            pass
    assert (run.status, run.error_code) == ("cancelled", "cancelled")


def headers(key: str, **others: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Accept": "application/json, text/event-stream", **others}


def test_the_door_opens_to_nobody_else(door: AgentDoor, analyst: Member) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}

    def answered(method: str = "POST", content: str = json.dumps(ping), **sent: str) -> tuple[int, str]:
        given = {"Content-Type": "application/json", **headers(analyst.key), **sent}
        response = httpx2.request(method, door.url, headers=given, content=content)
        assert response.headers["X-Request-ID"]
        is_problem = response.headers["Content-Type"] == "application/problem+json"
        return response.status_code, response.json()["code"] if is_problem else ""

    assert answered() == answered(Origin=door.url.removesuffix("/mcp")) == (200, "")
    assert answered(Authorization="") == answered(Authorization="Bearer qk_no") == (401, "unauthenticated")
    assert answered(Host="evil.example") == (400, "invalid_request")
    assert answered(Origin="http://evil.example") == answered(Origin="null") == (403, "origin_refused")
    assert answered("GET") == answered("DELETE") == (405, "method_not_allowed")
    assert answered(content="x" * 300_000) == (413, "payload_too_large")
    change_tenant(analyst.tenant, is_suspended=True)
    assert answered() == (403, "tenant_suspended")


def test_one_key_asks_only_so_often(
    door: AgentDoor, analyst: Member, shop: DataSource, change_environment: Any
) -> None:
    change_environment(questions_per_minute=1)

    told(door.call(analyst.key, "ask", question=COUNT))
    again = door.call(analyst.key, "ask", question=COUNT)

    assert refused(again) == "rate_limited"
    assert again.structured_content["error"]["retry_after"] > 0


def test_an_outsider_gets_nothing_by_any_tool(
    door: AgentDoor, analyst: Member, outsider: Member, shop: DataSource
) -> None:
    answer = told(door.call(analyst.key, "ask", question=COUNT))
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("ask", {"question": COUNT}),
        ("ask", {"question": COUNT, "data_source": "shop"}),
        ("ask", {"question": COUNT, "conversation_id": answer["conversation_id"]}),
        ("ask", {"question": COUNT, "conversation_id": answer["run_id"]}),
        ("run_sql", {"sql": "SELECT name FROM customers"}),
        ("run_sql", {"sql": "SELECT name FROM customers", "data_source": "shop"}),
        ("search_schema", {"query": "customers", "data_source": "shop"}),
        ("describe_table", {"table": "main.customers"}),
        ("describe_table", {"table": "main.customers", "data_source": "shop"}),
        ("list_verified_queries", {}),
        ("list_verified_queries", {"data_source": "shop"}),
    ]
    assert {tool for tool, _ in attempts} == set(NAMES)
    *results, found = door.calls(outsider.key, [*attempts, ("search_schema", {"query": "customers"})])
    assert [refused(result) for result in results] == ["not_found"] * len(attempts)
    assert told(found) == {"items": []}
