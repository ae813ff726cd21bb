"""What a collector gets: a real one, over HTTP, behind the product's own server and worker."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import TracerProvider

from config.embedded_worker import embedded_worker
from config.tracing import start_tracing
from nl2sql.models import Run
from schema_index.models import DataSource
from tests.asgi_server import asgi_server
from tests.conftest import Configure, Member
from tests.scripted_model import ScriptedModel, answers
from tests.stored import only_row
from tests.waiting import wait_for

# The worker tends the vector index as the owner of the tables.
pytestmark = pytest.mark.django_db(databases=["default", "owner"])

QUESTION = "How many customers are there in zanzibar?"
SQL = "SELECT name, 'pemba' AS island FROM customers WHERE id = 1"
CANARIES = ("zanzibar", "pemba", "Ada")
"""Words of the question, of the statement, and of a row."""
TRACE = "0af7651916cd43dd8448eb211c80319c"


class Collector:
    """`spans` as they came in."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    import gzip  # noqa: PLC0415

                    body = gzip.decompress(body)
                told = ExportTraceServiceRequest.FromString(body)
                collector.spans += [
                    span for one in told.resource_spans for scope in one.scope_spans for span in scope.spans
                ]
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def of_trace(self, trace_id: str = TRACE) -> dict[str, Span]:
        """By name; of several with one name, the last."""
        cast("TracerProvider", trace.get_tracer_provider()).force_flush()
        return {span.name: span for span in self.spans if span.trace_id.hex() == trace_id}


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    """A process traces once: this module's tests share it, and those of others find it ended."""
    found = Collector()
    environment = settings.ENVIRONMENT
    settings.ENVIRONMENT = environment.model_copy(update={"otel_exporter_otlp_endpoint": found.url})
    stop = start_tracing(service="querent-test")
    settings.ENVIRONMENT = environment
    yield found
    stop()
    found.close()


@pytest.fixture
def address(collector: Collector) -> Iterator[str]:
    collector.spans.clear()
    with asgi_server() as url:
        yield url


def send(member: Member, address: str, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
    request = Request(
        address,
        None if body is None else json.dumps(body).encode(),
        {
            "Authorization": f"Bearer {member.key}",
            "Content-Type": "application/json",
            "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
            **headers,
        },
    )
    with urlopen(request, timeout=30) as response:
        told: dict[str, Any] = json.load(response)
    return told


def attributes(span: Span) -> dict[str, Any]:
    return {one.key: _value(one.value) for one in span.attributes}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_value(one) for one in value.array_value.values] if kind == "array_value" else getattr(value, kind)


def assert_nothing_is_told(collector: Collector) -> None:
    assert not any(span.events for span in collector.spans)
    told = "\n".join(str(span) for span in collector.spans)
    assert [word for word in CANARIES if word in told] == []


def test_a_question_is_one_trace_from_the_request_to_the_target(
    collector: Collector, address: str, owner: Member, shop: DataSource, model: ScriptedModel
) -> None:
    model.script([answers(sql=SQL, interpreted_as="Who they are.")])
    reply = send(owner, f"{address}/nl2sql", {"question": QUESTION})
    assert reply["result"]["rows"] == [["Ada", "pemba"]]
    send(owner, f"{address}/api/v1/search?q=zanzibar")

    spans = collector.of_trace()
    names = {span.span_id: name for name, span in spans.items()}
    assert {name: names.get(span.parent_span_id) for name, span in spans.items() if name not in REQUESTS} == {
        "run": "POST nl2sql",
        "retrieve": "run",
        "embeddings all-MiniLM-L6-v2": "retrieve",
        "generate": "run",
        "chat scripted": "generate",
        "validate": "run",
        "execute": "run",
        "SELECT sqlite": "execute",
        "check": "run",
    }
    run = only_row(Run, owner.tenant.id)
    assert attributes(spans["run"]) == {
        "querent.run.id": str(run.id),
        "querent.tenant.id": str(owner.tenant.id),
        "querent.mode": "answer",
        "querent.request.id": run.request_id,
        "querent.ending": "Answered",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
    }
    assert attributes(spans["chat scripted"]) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "scripted",
        "gen_ai.output.type": "json",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
    }
    assert attributes(spans["SELECT sqlite"]) == {
        "db.system.name": "sqlite",
        "db.operation.name": "SELECT",
        "db.response.returned_rows": 1,
        "querent.source.id": str(shop.id),
    }
    assert (spans["chat scripted"].kind, spans["run"].kind) == (Span.SPAN_KIND_CLIENT, Span.SPAN_KIND_INTERNAL)
    assert_nothing_is_told(collector)


REQUESTS = ("POST nl2sql", "GET api/v1/search")


def test_what_fails_says_what_kind_it_is_and_nothing_more(
    collector: Collector,
    address: str,
    owner: Member,
    shop: DataSource,
    model: ScriptedModel,
    change_environment: Configure,
) -> None:
    change_environment(trace_statements=True)
    model.script([answers(sql="SELECT pemba FROM nowhere", interpreted_as="x")] * 2 + [answers(sql=SQL)])
    # Deferred: another thread of the process goes on with the trace.
    reply = send(owner, f"{address}/nl2sql", {"question": QUESTION}, Prefer="respond-async")
    wait_for(lambda: send(owner, f"{address}{reply['links']['self']}")["status"] == "failed")
    wait_for(lambda: "run" in collector.of_trace())
    run = collector.of_trace()["run"]
    told = attributes(run)
    assert (told["querent.ending"], told["error.type"]) == ("Failed", "sql_blocked")
    assert (run.status.code, run.status.message) == (2, "")
    assert_nothing_is_told(collector)

    send(owner, f"{address}/nl2sql", {"question": QUESTION})
    told = attributes(collector.of_trace()["SELECT sqlite"])
    assert "pemba" in told["db.query.text"], "by TRACE_STATEMENTS"


def test_a_task_belongs_to_the_trace_that_it_was_sent_from(
    collector: Collector, address: str, owner: Member, shop: DataSource, quiet_queue: None
) -> None:
    with embedded_worker():
        job = send(owner, f"{address}/api/v1/data-sources/shop/sync", {})
        wait_for(lambda: send(owner, f"{address}{job['links']['self']}")["state"] == "done")
        wait_for(lambda: "run/schema_index.tasks.sync_source" in collector.of_trace())
    spans = collector.of_trace()
    sent = spans["apply_async/schema_index.tasks.sync_source"]
    assert spans["run/schema_index.tasks.sync_source"].parent_span_id == sent.span_id
    assert_nothing_is_told(collector)


def test_without_an_endpoint_nothing_is_traced() -> None:
    assert settings.ENVIRONMENT.otel_exporter_otlp_endpoint is None
    started = time.monotonic()
    start_tracing(service="querent-test")()
    assert time.monotonic() - started < 1
