"""A run's events over a real HTTP server: streamed, cut and resumed, kept alive, refused to others."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx
import pytest

from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tenants.models import UsageCounter
from tests.asgi_server import asgi_server
from tests.conftest import Configure, Member
from tests.scripted_model import CLARIFIES, SLOW, Recorded, Reply, ScriptedModel, answers

QUESTION = {"question": "Who lives in Lyon?"}
STREAM = {"Accept": "text/event-stream"}
NAMES = ["Ada", "Cleo"]
STEPS = ["retrieve", "generate", "validate", "execute", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    id: int
    event: str
    data: Any


@pytest.fixture
def server() -> Iterator[str]:
    with asgi_server() as address:
        yield address


@pytest.fixture
def go(model: ScriptedModel) -> threading.Event:
    """The model answers when it is set, and not before."""
    word = threading.Event()

    def answer(_: Recorded) -> Reply:
        assert word.wait(10)
        return answers(sql="SELECT name FROM customers WHERE city = 'Lyon' ORDER BY name")

    model.script([answer])
    return word


def calling(member: Member, server: str) -> httpx.Client:
    return httpx.Client(base_url=server, headers={"Authorization": f"Bearer {member.key}"}, timeout=10)


def told(lines: Iterator[str]) -> Iterator[Told | str]:
    """Events, and comments as their text."""
    fields: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            yield line
        elif line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield Told(id=int(fields["id"]), event=fields["event"], data=json.loads(fields["data"]))
            fields = {}


def test_a_stream_that_is_cut_goes_on_where_it_was_and_the_question_is_asked_once(
    server: str,
    analyst: Member,
    outsider: Member,
    shop: DataSource,
    model: ScriptedModel,
    go: threading.Event,
    change_environment: Configure,
) -> None:
    change_environment(event_heartbeat_s=0.1)
    seen: list[Told] = []
    with calling(analyst, server) as client:
        with client.stream("POST", "/nl2sql", json=QUESTION, headers=STREAM) as response:
            assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream")
            for one in told(response.iter_lines()):
                if isinstance(one, Told):
                    seen.append(one)
                elif seen[-1].data.get("name") == "generate":
                    break  # the tab is closed
        assert seen[0].event == "run.created"
        assert seen[-1].data == {"name": "generate", "status": "running", "attempt": 1}
        address = seen[0].data["links"]["events"]

        with calling(outsider, server) as other, other.stream("GET", address, headers=STREAM) as refused:
            assert (refused.status_code, refused.read() and refused.json()["code"]) == (404, "not_found")

        resumed = {**STREAM, "Last-Event-ID": str(seen[-1].id)}
        with client.stream("GET", address, headers=resumed) as response:
            go.set()
            rest = [one for one in told(response.iter_lines()) if isinstance(one, Told)]

        run = client.get(seen[0].data["links"]["self"]).json()
        listed = client.get(address).json()

    everything = seen + rest
    assert [one.id for one in everything] == sorted({one.id for one in everything})
    assert [one.event for one in everything if one.event != "step"] == [
        *("run.created", "sql", "result", "answer.delta", "suggestions", "usage", "done")
    ]
    done = [one.data["name"] for one in everything if one.event == "step" and one.data["status"] == "done"]
    assert done == STEPS
    assert rest[-1].data == run
    assert [row[0] for row in run["result"]["rows"]] == NAMES
    assert listed == {
        "items": [{"id": one.id, "event": one.event, "data": one.data} for one in everything],
        "next": None,
    }
    assert len(model.requests) == 1
    with tenant_transaction(analyst.tenant.id):
        used = {one.kind: one.amount for one in UsageCounter.objects.all()}
    assert used == {"questions": 1, "input_tokens": 100, "output_tokens": 10}


def test_one_caller_holds_so_many_streams_and_none_keeps_a_thread(
    server: str, analyst: Member, shop: DataSource, go: threading.Event, change_environment: Configure
) -> None:
    change_environment(streams_per_caller=1, event_heartbeat_s=0.05)
    with calling(analyst, server) as client:
        with client.stream("POST", "/nl2sql", json=QUESTION, headers=STREAM) as response:
            lines = told(response.iter_lines())
            created = next(lines)
            assert isinstance(created, Told)
            address = created.data["links"]["events"]

            refused = client.get(address, headers=STREAM)
            assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
            assert refused.headers["Retry-After"] == "5"
            assert client.get(address).json()["items"][0]["event"] == "run.created", "as JSON it can still be read"

            while next(lines) != ": still at work":
                pass
            held = [one.name for one in threading.enumerate() if one.name.startswith("ThreadPoolExecutor")]
            assert len(held) <= 1, "the request that was just answered may still end its own"
            go.set()
            assert [one.event for one in lines if isinstance(one, Told)][-1] == "done"
        assert client.get(address, headers=STREAM).status_code == 200, "the place is free again"


def test_stop_is_heard_while_the_model_works(
    server: str, analyst: Member, outsider: Member, shop: DataSource, model: ScriptedModel
) -> None:
    model.script([SLOW])
    with calling(analyst, server) as client:
        with client.stream("POST", "/nl2sql", json=QUESTION, headers=STREAM) as response:
            lines = told(response.iter_lines())
            created = next(lines)
            assert isinstance(created, Told)
            while not isinstance(one := next(lines), Told) or one.data.get("name") != "generate":
                pass
            address = created.data["links"]["self"]
            with calling(outsider, server) as other:
                assert other.post(f"{address}/cancel").status_code == 404
            started = time.monotonic()
            stopping = client.post(f"{address}/cancel")
            assert (stopping.status_code, stopping.json()["status"]) == (202, "running")
            rest = [one for one in lines if isinstance(one, Told)]
        assert time.monotonic() - started < 2
        assert [one.event for one in rest] == ["answer.delta", "usage", "done"]
        assert (rest[-1].data["status"], rest[-1].data["answer"]) == ("cancelled", "The question was stopped.")
        assert model.hung_up.wait(1)
        again = client.post(f"{address}/cancel")
    assert (again.status_code, again.json()) == (200, rest[-1].data), "what is over stays as it is"


def test_at_its_deadline_a_run_tells_what_it_has(
    analyst: Member, shop: DataSource, model: ScriptedModel, change_environment: Configure
) -> None:
    failing = answers(sql="SELECT ABS(-9223372036854775807 - id) FROM customers")
    model.script([CLARIFIES, failing, SLOW])
    analyst.client.post("/nl2sql", QUESTION)  # what is loaded once, is
    change_environment(ask_deadline_s=1.0)

    response = analyst.client.post("/nl2sql", QUESTION)

    problem = response.json()
    assert (response.status_code, problem["code"], problem["step"]) == (504, "deadline_exceeded", "generate")
    run = analyst.client.get(f"/api/v1/runs/{problem['run_id']}").json()
    assert (run["status"], run["result"], run["error"]["step"]) == ("failed", None, "generate")
    assert "9223372036854775807" in run["sql"]["text"], "it was proven, and may be changed and run again"
