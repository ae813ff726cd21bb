"""What a caller does with runs of their own: list, rerun with another statement, read the result, stop."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest

from nl2sql.models import Run
from nl2sql.running.ask_request import AskRequest
from nl2sql.running.start import start
from schema_index.models import DataSource
from tenants import api_keys
from tenants.context import tenant_transaction
from tenants.models import AuditEvent
from tenants.roles import Permission
from tests.asking import ask
from tests.conftest import Member, new_key
from tests.stored import all_rows, only_row

LIST = "List the name and city of customers"


# --- rerun


def test_a_changed_statement_is_a_run_of_its_own_and_marked(analyst: Member, shop: DataSource) -> None:
    first = ask(analyst, LIST)

    response = analyst.client.post(f"{first['links']['self']}/rerun", {"sql": "select count(*) as n from customers"})

    reply = response.json()
    assert (response.status_code, reply["status"], reply["result"]["rows"]) == (200, "completed", [[3]])
    assert (reply["question"], reply["conversation_id"], reply["rerun_of"]) == (
        *(first["question"], first["conversation_id"]),
        first["id"],
    )
    assert (reply["sql"]["generator"], reply["sql"]["edited"], reply["trust"]["receipt"]["edited"]) == (
        *("edited", True),
        True,
    )
    assert (first["sql"]["edited"], first["rerun_of"], first["trust"]["receipt"]["edited"]) == (False, None, False)
    assert reply["explanation"] == "Edited by hand; reads main.customers."
    assert reply["trust"]["label"] == "unverified"
    assert [step["name"] for step in reply["steps"]] == ["validate", "execute", "check"]
    assert reply["usage"]["model"] == ""
    event = only_row(AuditEvent, analyst.tenant.id, action="statement.given")
    assert (event.subject, event.details, event.actor[:4]) == (reply["id"], {"of": first["id"]}, "key:")


@pytest.mark.parametrize(
    ("sql", "status", "code"),
    [
        ("DELETE FROM customers", 422, "sql_blocked"),
        ("SELECT 1; SELECT 2", 422, "sql_blocked"),
        ("SELECT * FROM sqlite_master", 422, "sql_blocked"),
        ("", 400, "invalid_request"),
        ("x" * 20_001, 400, "invalid_request"),
    ],
)
def test_the_same_guard_stands_before_a_persons_statement(
    analyst: Member, shop: DataSource, sql: str, status: int, code: str
) -> None:
    response = analyst.client.post(f"{ask(analyst, LIST)['links']['self']}/rerun", {"sql": sql})

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_doubtful_statement_of_a_person_is_answered_and_marked(analyst: Member, shop: DataSource) -> None:
    sql = "SELECT SUM(c.id) FROM customers c JOIN orders o ON o.customer_id = c.id"

    reply = analyst.client.post(f"{ask(analyst, LIST)['links']['self']}/rerun", {"sql": sql}).json()

    assert (reply["status"], reply["trust"]["label"]) == ("completed", "unverified")
    assert {check["name"] for check in reply["trust"]["checks"] if check["outcome"] == "failed"} >= {"grain"}


# --- the result


def test_a_result_is_read_in_pages_sorted_with_its_types_kept(analyst: Member, shop: DataSource) -> None:
    sql = "SELECT name, total, city FROM orders JOIN customers ON customers.id = customer_id ORDER BY orders.id"
    run = analyst.client.post(f"{ask(analyst, LIST)['links']['self']}/rerun", {"sql": sql}).json()
    address = f"{run['links']['self']}/result"
    whole = run["result"]
    assert (whole["next"], whole["csv"]) == (None, f"{address}.csv")

    rows: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        asked_for: dict[str, Any] = {"sort": "-total", "limit": 3, **({"cursor": cursor} if cursor else {})}
        page = analyst.client.get(address, asked_for).json()
        assert {**page, "rows": [], "next": None} == {**whole, "rows": []}
        rows, cursor = rows + page["rows"], page["next"]

    assert rows == sorted(whole["rows"], key=lambda row: -float(row[1]))
    by_city = analyst.client.get(address, {"sort": "city"}).json()["rows"]
    assert by_city == sorted(whole["rows"], key=lambda row: row[2]), "equal rows keep the statement's order"
    for wrong in ({"sort": "email"}, {"cursor": "x"}, {"limit": 0}, {"page": 2}):
        assert analyst.client.get(address, wrong).status_code == 400

    text = analyst.client.get(whole["csv"])
    assert text["Content-Type"] == "text/csv; charset=utf-8"
    assert list(csv.reader(io.StringIO(text.content.decode())))[1][0] == "Ada"


def test_a_run_without_a_result_has_none_to_read(analyst: Member, shop: DataSource) -> None:
    refused = ask(analyst, "What is the weather on Mars?")
    for door in ("result", "result.csv"):
        response = analyst.client.get(f"{refused['links']['self']}/{door}")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_what_is_withheld_is_so_at_every_door(analyst: Member, shop: DataSource) -> None:
    run = ask(analyst, LIST)
    with tenant_transaction(analyst.tenant.id):
        DataSource.objects.update(hidden=["main.customers.city"])

    address = run["links"]["self"]
    held = [analyst.client.get(f"{address}{door}") for door in ("", "/events", "/result", "/result.csv")]
    held.append(analyst.client.post(f"{address}/cancel"))

    assert [response.status_code for response in held] == [200, 200, 404, 404, 200]
    for response in held:
        assert "Lyon" not in response.content.decode()
        assert "city" not in response.content.decode().replace(LIST, "")
        assert "The policy of this source has changed since" in response.content.decode()
    assert [one["event"] for one in held[1].json()["items"] if one["event"] != "step"] == [
        *("run.created", "answer.delta", "usage"),
        "done",
    ]


# --- lists, stops, and who may


def test_own_runs_are_listed_in_pages(analyst: Member, owner: Member, shop: DataSource) -> None:
    mine = [ask(analyst, LIST)["id"] for _ in range(3)]
    ask(owner, LIST)

    first = analyst.client.get("/api/v1/runs", {"limit": 2}).json()
    second = analyst.client.get("/api/v1/runs", {"limit": 2, "cursor": first["next"]}).json()

    assert [one["id"] for one in first["items"] + second["items"]] == mine[::-1]
    assert second["next"] is None
    assert first["items"][0].keys() == {
        *("id", "conversation_id", "question", "data_source", "status", "created_at", "completed_at"),
        "links",
    }


def test_a_run_that_waits_is_stopped_before_it_begins(analyst: Member, shop: DataSource) -> None:
    run = start(api_keys.authenticate(analyst.key), AskRequest(question=LIST), send=lambda _: None).run

    response = analyst.client.post(f"/api/v1/runs/{run.id}/cancel")

    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    events = analyst.client.get(f"/api/v1/runs/{run.id}/events").json()
    assert ([one["event"] for one in events["items"]][-1], events["next"]) == ("done", None)
    with tenant_transaction(analyst.tenant.id):
        assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"question.cancelled", "question.ended"}


@pytest.mark.parametrize(("method", "door"), [("post", "rerun"), ("post", "cancel"), ("put", "feedback")])
def test_changing_needs_the_scope_to_ask_and_ones_own_run(
    analyst: Member, owner: Member, outsider: Member, shop: DataSource, method: str, door: str
) -> None:
    run = ask(analyst, LIST)
    body = {"rerun": {"sql": "SELECT 1"}, "feedback": {"rating": "up"}}.get(door, {})

    def call(member: Member, run_id: str) -> Any:
        return getattr(member.client, method)(f"/api/v1/runs/{run_id}/{door}", body)

    for other in (owner, outsider):
        found, nowhere = call(other, run["id"]), call(other, str(uuid4()))
        assert (found.status_code, found.json()["detail"]) == (404, nowhere.json()["detail"])
    assert len(all_rows(Run, analyst.tenant.id)) == 1
    analyst.client.credentials(HTTP_AUTHORIZATION=f"Bearer {new_key(analyst.tenant, Permission.READ_SCHEMA)}")
    response = call(analyst, run["id"])
    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")
