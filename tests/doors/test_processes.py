"""Processes of the product from outside: workers on a real Redis, one of them killed at work, and the web process."""

import json
import os
import signal
import socket
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings

from config.celery import app
from config.metrics import NEEDS_A_FOLDER, NEEDS_A_PORT
from nl2sql.models import Run
from nl2sql.running.ask_request import AskRequest
from nl2sql.running.start import start
from nl2sql.tasks import execute_run
from schema_index.knowledge import knowledge
from schema_index.models import ChunkEmbedding, DataSource, EmbeddingClaim
from schema_index.tasks import embed_tenant
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import Connect, Member
from tests.processes import address_of, ended, environment_of, needs_redis, running_worker
from tests.scripted_model import Recorded, Reply, ScriptedModel, embedded, vector_of
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = 150
BATCH = 64
SECOND_BATCH = 2


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


@needs_redis
def test_what_a_killed_worker_left_the_next_one_finishes_and_messages_are_heard(tenant: Tenant, redis_url: str) -> None:
    with tenant_transaction(tenant.id):
        sections = "\n".join(f"# Term {number}\nIt means {number}." for number in range(TEXTS))
        knowledge.save_document(title="Terms", text=sections, actor="system:test")
    with ScriptedModel() as model:
        model.script_embeddings([_true, Reply(delay_s=60)])
        environment = environment_of(
            CELERY_BROKER_URL=redis_url,
            EMBEDDING_BASE_URL=model.url,
            EMBEDDING_MODEL="scripted",
            EMBEDDING_DIMENSION=str(model.dimension),
            EMBEDDING_MAX_BATCH=str(BATCH),
            # What a killed worker held is free again after twice this.
            EMBEDDING_TIMEOUT_S="1",
        )
        with running_worker(environment, concurrency=1) as first:
            wait_for(lambda: len(model.requests) == SECOND_BATCH)
            assert (_vectors(tenant), _claims(tenant)) == (BATCH, BATCH)
            os.killpg(first.pid, signal.SIGKILL)
        # Two processes get the same work: one by the worker's start, the other by this message.
        _ask_for(tenant, broker=redis_url)
        with running_worker(environment, concurrency=2) as second:
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


def test_a_worker_does_not_start_over_a_role_that_could_read_across_tenants(tenant: Tenant) -> None:
    environment = environment_of(DATABASE_URL=address_of("owner"), CELERY_BROKER_URL="redis://127.0.0.1:1/0")
    done = ended([sys.executable, "-m", "celery", "-A", "config", "worker"], env=environment)
    assert done.returncode == 1
    assert "owns tables or may act as their owner" in done.stderr
    assert "Traceback" not in done.stderr
    assert settings.DATABASES["owner"]["PASSWORD"] not in done.stderr


@needs_redis
def test_a_worker_tells_of_each_question_by_the_level_that_is_set(
    analyst: Member, shop: DataSource, redis_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    environment = environment_of(CELERY_BROKER_URL=redis_url, LOG_LEVEL="INFO", LOG_JSON="true")
    with log.open("wb") as lines, app.connection_for_write(url=redis_url) as broker:

        def send(run: Run) -> None:
            app.send_task(execute_run.name, (str(run.tenant_id), str(run.id)), connection=broker, queue="ask")

        run = start(analyst.principal, AskRequest(question="How many customers are there?"), send=send).run
        with running_worker(environment, concurrency=1, queues="ask", stderr=lines):
            wait_for(lambda: "question ended" in log.read_text())
    (line,) = [json.loads(one) for one in log.read_text().splitlines() if "question ended" in one]
    assert (line["run"], line["tenant"], line["status"]) == (str(run.id), str(run.tenant_id), "completed")


@needs_redis
def test_a_worker_that_cannot_serve_its_metrics_says_so_and_works_and_idle_queues_are_told(
    tenant: Tenant, redis_url: str, tmp_path: Path
) -> None:
    def doctor(environment: dict[str, str]) -> str:
        done = ended([sys.executable, "manage.py", "doctor"], env=environment)
        assert done.returncode == 0, done.stderr
        return next(line for line in done.stdout.splitlines() if " broker:" in line)

    log = tmp_path / "worker.log"
    with socket.create_server(("", 0)) as taken, log.open("wb") as lines:
        environment = environment_of(
            CELERY_BROKER_URL=redis_url, METRICS_PORT=str(taken.getsockname()[1]), LOG_LEVEL="WARNING"
        )
        environment.pop("PROMETHEUS_MULTIPROC_DIR", None)
        with running_worker(environment, concurrency=1, queues="embed,sync", stderr=lines):
            wait_for(lambda: "no worker does" not in doctor(environment))
            assert doctor(environment) == (
                "warning  broker: It answers, and no worker serves ask,evaluate: "
                "start `celery -A config worker --queues ask,evaluate`."
            )
    assert NEEDS_A_PORT in log.read_text()
    assert NEEDS_A_FOLDER in log.read_text()
    assert "Traceback" not in log.read_text()


def test_the_web_process_starts_with_the_broker_down() -> None:
    """Its pages and questions need none."""
    environment = environment_of(CELERY_BROKER_URL="redis://127.0.0.1:1/0")
    done = ended([sys.executable, "-c", "import config.asgi; print('serving')"], env=environment)
    assert done.stdout == "serving\n", done.stderr


def test_two_first_starts_at_once_prepare_one_database(
    embedded_server: dict[str, Any], admin_connection: Connect
) -> None:
    name = f"first_{settings.DATABASES['default']['NAME']}"
    server = embedded_server
    address = f"postgresql://{server['USER']}@/{name}?host={quote(server['HOST'], safe='')}&port={server['PORT']}"
    environment = environment_of(DATABASE_URL=address)
    del environment["DATABASE_OWNER_URL"]
    command = [sys.executable, "manage.py", "prepare_database"]
    try:
        with ThreadPoolExecutor() as starts:
            done = list(starts.map(lambda _: ended(command, env=environment), range(3)))
        assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 3
    finally:
        with closing(admin_connection("postgres")) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            for role in ("app", "owner"):
                connection.execute(f"DROP ROLE IF EXISTS {name}_{role}".encode())
