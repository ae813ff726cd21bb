"""A run and its request are two things: asked once, carried out once, ended whatever happens."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nl2sql.models import Run
from nl2sql.running.ask_request import AskRequest
from nl2sql.running.close import WORDS
from nl2sql.running.execute import execute
from nl2sql.running.start import start
from nl2sql.tasks import close_runs_left_behind
from schema_index.models import DataSource
from tenants import api_keys
from tenants.context import tenant_transaction
from tenants.models import ApiKey, Membership, UsageCounter
from tests.conftest import Member
from tests.racing import Ready, raced
from tests.scripted_model import Recorded, Reply, ScriptedModel, answers
from tests.stored import all_rows, only_row
from tests.waiting import wait_for

QUESTION = "How many customers are there?"


def post(member: Member, *, question: str = QUESTION, key: str | None = None, prefer: str = "") -> Any:
    given = {"Idempotency-Key": key, "Prefer": prefer or None}
    headers = {name: value for name, value in given.items() if value is not None}
    return member.client.post("/nl2sql", {"question": question}, headers=headers)


def only_run(member: Member) -> Run:
    return only_row(Run, member.tenant.id)


def left_alone(member: Member, **changes: Any) -> Run:
    """A run of the member's key that is queued, as after a message to a worker that has not come yet."""
    run = start(api_keys.authenticate(member.key), AskRequest(question=QUESTION), send=lambda _: None).run
    with tenant_transaction(member.tenant.id):
        Run.objects.filter(id=run.id).update(**{"sent_at": timezone.now(), **changes})
    return run


def test_a_deferred_question_has_an_address_and_is_answered_there(analyst: Member, shop: DataSource) -> None:
    response = post(analyst, prefer="respond-async, wait=5")

    assert response.status_code == 202
    accepted = response.json()
    assert response["Location"] == accepted["links"]["self"]
    assert (accepted["status"], accepted["result"]) == ("queued", None)
    wait_for(lambda: not only_run(analyst).is_at_work)
    reply = analyst.client.get(response["Location"]).json()
    assert (reply["status"], reply["result"]["rows"]) == ("completed", [[3]])


def test_events_are_read_in_pages_and_a_run_at_work_has_a_next_one(analyst: Member, shop: DataSource) -> None:
    run = left_alone(analyst)
    address = f"/api/v1/runs/{run.id}/events"
    first = analyst.client.get(address).json()
    assert ([one["event"] for one in first["items"]], first["next"] is not None) == (["run.created"], True)

    execute(run.tenant_id, run.id)
    events, cursor = [], first["next"]
    while cursor is not None:
        page = analyst.client.get(address, {"cursor": cursor, "limit": 4}).json()
        assert 0 < len(page["items"]) <= 4
        events += page["items"]
        cursor = page["next"]

    assert first["items"] + events == analyst.client.get(address).json()["items"]
    assert events[-1]["event"] == "done"


MOST_STATEMENTS = 35
"""Of a question of the composer's over HTTP, the beginnings and ends of transactions not among them: 32 as it is."""


def test_a_question_takes_few_statements(analyst: Member, shop: DataSource) -> None:
    post(analyst)
    with CaptureQueriesContext(connection) as queries:
        assert post(analyst).status_code == 200
    asked = [one["sql"] for one in queries if one["sql"] not in ("BEGIN", "COMMIT")]
    assert len(asked) <= MOST_STATEMENTS, "\n".join(asked)


# --- idempotency


def test_the_same_key_is_the_same_run(analyst: Member, owner: Member, shop: DataSource) -> None:
    first, again = (post(analyst, key="k-1") for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    deferred = post(analyst, key="k-1", prefer="respond-async")
    assert (deferred.status_code, deferred.json()) == (202, first.json())
    assert only_row(UsageCounter, analyst.tenant.id, kind="questions").amount == 1

    other = post(analyst, question="How many orders are there?", key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert post(owner, key="k-1").json()["id"] != first.json()["id"], "a key is its sender's own"
    for wrong in ("", "k" * 256, "a b", "é"):
        refused = post(analyst, key=wrong)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "Idempotency-Key")

    with tenant_transaction(analyst.tenant.id):
        Run.objects.update(created_at=timezone.now() - timedelta(hours=24))
    assert post(analyst, key="k-1").json()["id"] != first.json()["id"], "a day later it is free"


def test_of_a_run_at_work_the_same_key_waits_or_attaches(analyst: Member, shop: DataSource) -> None:
    post(analyst, key="k-1")
    with tenant_transaction(analyst.tenant.id):
        Run.objects.update(status="running", completed_at=None, lease_until=timezone.now() + timedelta(seconds=9))

    response = post(analyst, key="k-1")

    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (
        *(409, "idempotency_in_progress"),
        "1",
    )
    deferred = post(analyst, key="k-1", prefer="respond-async")
    assert (deferred.status_code, deferred.json()["status"]) == (202, "running")


def test_of_two_equal_requests_at_once_one_is_carried_out(analyst: Member, shop: DataSource) -> None:
    post(analyst)  # what is made at a process's first question is made

    def send(ready: Ready) -> tuple[int, str]:
        ready()
        response = post(analyst, key="race", prefer="respond-async")
        return response.status_code, response.json()["id"]

    found = raced(2, send)

    assert {status for status, _ in found} == {202}
    assert len({run_id for _, run_id in found}) == 1
    assert len(all_rows(Run, analyst.tenant.id, idempotency_key="race")) == 1
    assert only_row(UsageCounter, analyst.tenant.id, kind="questions").amount == 2
    wait_for(lambda: not _at_work(analyst))


def _at_work(member: Member) -> bool:
    with tenant_transaction(member.tenant.id):
        return Run.objects.filter(completed_at=None).exists()


# --- carried out once, by whoever may


def test_a_message_that_comes_twice_finds_the_run_claimed(analyst: Member, shop: DataSource) -> None:
    run = left_alone(analyst)
    for _ in range(2):
        execute(run.tenant_id, run.id)

    with tenant_transaction(analyst.tenant.id):
        run.refresh_from_db()
        assert (run.status, run.reply["result"]["rows"]) == ("completed", [[3]])
    execute(run.tenant_id, uuid4())


@pytest.mark.parametrize(
    ("end", "code"),
    [("revoke", "unauthenticated"), ("expire", "key_expired"), ("leave", "insufficient_scope")],
)
def test_who_may_not_ask_any_more_gets_no_answer(analyst: Member, shop: DataSource, end: str, code: str) -> None:
    run = left_alone(analyst)
    with tenant_transaction(analyst.tenant.id):
        if end == "leave":
            Run.objects.update(actor=analyst.principal.actor)
            Membership.objects.all().delete()
        if end == "revoke":
            api_keys.revoke(ApiKey.objects.get(), actor="system:test")
        if end == "expire":
            ApiKey.objects.update(expires_at=timezone.now())

    execute(run.tenant_id, run.id)

    found = only_run(analyst)
    assert (found.status, found.error_code, found.reply["result"]) == ("failed", code, None)


# --- ended whatever happens


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"deadline_at": -1}, "never_taken"),
        ({"status": "running", "lease_until": -1}, "process_gone"),
        ({"status": "running", "lease_until": 20, "deadline_at": -60}, "overdue"),
    ],
)
def test_a_run_that_nobody_works_on_is_ended_once(
    analyst: Member, shop: DataSource, changes: dict[str, Any], why: Any
) -> None:
    now = timezone.now()
    times = {name: now + timedelta(seconds=at) for name, at in changes.items() if isinstance(at, int)}
    run = left_alone(analyst, **{**changes, **times})

    close_runs_left_behind()
    execute(run.tenant_id, run.id)

    found = only_run(analyst)
    assert (found.status, found.error_code, found.error_detail) == ("failed", "interrupted", WORDS[why])
    events = analyst.client.get(f"/api/v1/runs/{run.id}/events").json()["items"]
    assert [one["event"] for one in events] == ["run.created", "error"]
    assert events[1]["data"]["code"] == "interrupted"


def test_a_run_that_somebody_works_on_is_left_alone(analyst: Member, shop: DataSource) -> None:
    left_alone(analyst)
    close_runs_left_behind()
    assert only_run(analyst).status == "queued"


def test_what_was_ended_by_others_stays_so(analyst: Member, shop: DataSource, model: ScriptedModel) -> None:
    """A process that slept through its lease wakes up."""
    run = left_alone(analyst)

    def late(_: Recorded) -> Reply:
        with tenant_transaction(run.tenant_id):
            Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        close_runs_left_behind()
        connection.close()
        return answers(sql="SELECT COUNT(*) FROM customers")

    model.script([late])
    execute(run.tenant_id, run.id)

    found = only_run(analyst)
    assert (found.status, found.error_code) == ("failed", "interrupted")
    events = analyst.client.get(f"/api/v1/runs/{run.id}/events").json()["items"]
    assert [one["event"] for one in events].count("error") == 1
    assert events[-1]["event"] == "error"
