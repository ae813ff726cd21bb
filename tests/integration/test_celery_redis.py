"""Separate workers on a real Redis: `celery -A config worker`, killed in the middle of its work and replaced."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone
from kombu import Connection
from pydantic import SecretStr

from config.celery import app
from config.environment import BASE_DIR, Environment
from config.settings import SOON
from nl2sql.asking import ask_and_leave, ask_and_wait
from nl2sql.mcp.ask import AskArguments, RunFailed
from nl2sql.mcp.ask import ask as mcp_ask
from nl2sql.mcp.tool import Caller
from nl2sql.models import Run
from nl2sql.runs import AskRequest, find
from nl2sql.tasks import execute_run
from schema_index import knowledge
from schema_index.models import ChunkEmbedding, DataSource, EmbeddingClaim
from schema_index.tasks import embed_tenant
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import Member
from tests.integration.test_celery_embedded import wait_for
from tests.scripted_model import SLOW, Recorded, Reply, ScriptedModel, answers, embedded, vector_of

IN_CI = bool(os.environ.get("CI"))

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.redis,
    pytest.mark.skipif(
        shutil.which("redis-server") is None and not IN_CI,
        reason="redis-server is not installed (Debian: apt-get install redis-server)",
    ),
]

TEXTS = 150
BATCH = 64
SECOND_BATCH = 2


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    port = _free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(lambda: _answers(port))
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _address(alias: str) -> str:
    """Of the test's own database, as an operator would write it."""
    own = settings.DATABASES[alias]
    return f"postgresql://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"


def _environment(**changes: str) -> dict[str, str]:
    return {
        **os.environ,
        "QUERENT_HOME": str(settings.ENVIRONMENT.querent_home),
        "DATABASE_URL": _address("default"),
        "DATABASE_OWNER_URL": _address("owner"),
        **changes,
    }


@contextmanager
def _worker(
    environment: dict[str, str], *, concurrency: int, queues: str = "embed"
) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker in a process group of its own, so that its children die with it."""
    # Mingling with the other workers of a fleet takes a second.
    options = ["--concurrency", str(concurrency), "--without-mingle", "--without-gossip"]
    options += ["--queues", queues]
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", *options]
    with subprocess.Popen(
        command, cwd=BASE_DIR, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _vectors(tenant: Tenant) -> int:
    with tenant_transaction(tenant.id):
        return ChunkEmbedding.objects.count()


def _claims(tenant: Tenant) -> int:
    with tenant_transaction(tenant.id):
        return EmbeddingClaim.objects.count()


def _ask_for(tenant: Tenant, *, broker: str) -> None:
    with app.connection_for_write(url=broker) as connection:
        app.send_task(embed_tenant.name, (str(tenant.id),), connection=connection)


def _true(request: Recorded) -> Reply:
    return embedded(vector_of(text, dimension=16) for text in request.body["input"])


def test_what_a_killed_worker_left_the_next_one_finishes_and_messages_are_heard(tenant: Tenant, redis_url: str) -> None:
    with tenant_transaction(tenant.id):
        sections = "\n".join(f"# Term {number}\nIt means {number}." for number in range(TEXTS))
        knowledge.save_document(title="Terms", text=sections, actor="system:test")
    with ScriptedModel() as model:
        model.script_embeddings([_true, Reply(delay_s=60)])
        environment = _environment(
            CELERY_BROKER_URL=redis_url,
            EMBEDDING_BASE_URL=model.url,
            EMBEDDING_MODEL="scripted",
            EMBEDDING_DIMENSION=str(model.dimension),
            EMBEDDING_MAX_BATCH=str(BATCH),
            # What a killed worker held is free again after twice this.
            EMBEDDING_TIMEOUT_S="1",
        )
        with _worker(environment, concurrency=1) as first:
            wait_for(lambda: len(model.requests) == SECOND_BATCH)
            assert (_vectors(tenant), _claims(tenant)) == (BATCH, BATCH)
            os.killpg(first.pid, signal.SIGKILL)
        # Two processes get the same work: one by the worker's start, the other by this message.
        _ask_for(tenant, broker=redis_url)
        with _worker(environment, concurrency=2) as second:
            wait_for(lambda: _vectors(tenant) == TEXTS)
            asked = Counter(text for request in model.requests for text in request.body["input"])
            # Every text was answered and stored once: only those asked for again were never answered the first time.
            assert Counter(asked.values()) == {1: TEXTS - BATCH, 2: BATCH}
            assert {text for text, times in asked.items() if times == 2} == set(model.requests[1].body["input"])
            assert _claims(tenant) == 0

            with tenant_transaction(tenant.id):
                knowledge.save_faq(question="Why?", answer="So.", actor="system:test")
            _ask_for(tenant, broker=redis_url)
            wait_for(lambda: _vectors(tenant) == TEXTS + 1)
            second.terminate()
            assert second.wait(15) == 0


def test_a_question_whose_worker_is_killed_ends_and_is_never_asked_again(
    analyst: Member,
    shop: DataSource,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    change_environment: Callable[..., Environment],
) -> None:
    change_environment(celery_broker_url=SecretStr(redis_url))
    with ScriptedModel() as model, app.connection_for_write(url=redis_url) as broker:
        monkeypatch.setattr(execute_run, "apply_async", _sent_to(broker))
        model.script([SLOW, *[answers(sql="SELECT COUNT(*) FROM customers")] * 2, SLOW])
        environment = _environment(
            CELERY_BROKER_URL=redis_url, LLM_BASE_URL=model.url, LLM_API_KEY="sk-test", LLM_MODEL="scripted"
        )
        with _worker(environment, concurrency=1, queues="ask") as worker:
            lost = ask_and_leave(analyst.principal, AskRequest(question="Who is there?"))
            wait_for(lambda: len(model.requests) == 1)
            os.kill(_child(worker.pid), signal.SIGKILL)
            execute_run.apply_async((str(lost.tenant_id), str(lost.id)))

            # The same door as over HTTP: it waits for the worker's end. What was sent before it was taken before it.
            answered = ask_and_wait(analyst.principal, AskRequest(question="How many customers are there?"))

            assert (answered.status, answered.reply["result"]["rows"]) == ("completed", [[3]])
            assert len(model.requests) == 2
            # An agent's question is a worker's too, and ends when the agent hangs up.
            agent = Caller(principal=analyst.principal, request_id="")
            assert mcp_ask(agent, AskArguments(question="How many customers are known?")).rows == [[3]]
            with ThreadPoolExecutor(1) as thread:
                asked = thread.submit(_closing, mcp_ask, agent, AskArguments(question="How many orders are there?"))
                wait_for(lambda: len(model.requests) == 4)
                agent.cancellation.cancel()
                with pytest.raises(RunFailed, match="was stopped"):
                    asked.result(10)
            assert find(analyst.principal, lost.id).status == "running", "its lease may still be renewed"
            with tenant_transaction(analyst.tenant.id):
                Run.objects.filter(id=lost.id).update(lease_until=timezone.now())
            ended = find(analyst.principal, lost.id)
            assert (ended.status, ended.error_code, ended.input_tokens) == ("failed", "interrupted", 0)


def _closing(ask: Callable[[Caller, AskArguments], Any], caller: Caller, question: AskArguments) -> Any:
    try:
        return ask(caller, question)
    finally:
        connections.close_all()


def _sent_to(broker: Connection) -> Callable[..., Any]:
    """Only the address differs: this process has its queue in memory."""
    options: dict[str, Any] = {"connection": broker}
    return partial(execute_run.apply_async, **options)


def _child(pid: int) -> int:
    """The one process that works for a worker."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return int(child)


def test_a_broker_that_is_gone_ends_the_question_at_once(
    analyst: Member,
    shop: DataSource,
    monkeypatch: pytest.MonkeyPatch,
    change_environment: Callable[..., Environment],
) -> None:
    nowhere = f"amqp://127.0.0.1:{_free_port()}"
    change_environment(celery_broker_url=SecretStr(nowhere))
    with app.connection_for_write(url=nowhere, transport_options=SOON) as broker:
        monkeypatch.setattr(execute_run, "apply_async", _sent_to(broker))
        run = ask_and_wait(analyst.principal, AskRequest(question="How many customers are there?"))
    assert (run.status, run.error_code) == ("failed", "interrupted")
    assert run.error_detail == "No worker could be told of the question: ask again later."


def test_a_worker_does_not_start_over_a_role_that_could_read_across_tenants(tenant: Tenant) -> None:
    environment = _environment(DATABASE_URL=_address("owner"), CELERY_BROKER_URL="redis://127.0.0.1:1/0")
    command = [sys.executable, "-m", "celery", "-A", "config", "worker"]
    done = subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "owns tables or may act as their owner" in done.stderr
    assert "Traceback" not in done.stderr
    assert settings.DATABASES["owner"]["PASSWORD"] not in done.stderr
