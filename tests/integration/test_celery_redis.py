"""Separate workers on a real Redis: `celery -A config worker`, killed in the middle of its work and replaced."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from config.celery import app
from config.environment import BASE_DIR
from schema_index import knowledge
from schema_index.models import ChunkEmbedding, EmbeddingClaim
from schema_index.tasks import embed_tenant
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.integration.test_celery_embedded import wait_for
from tests.scripted_model import Recorded, Reply, ScriptedModel, embedded, vector_of

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
def _worker(environment: dict[str, str], *, concurrency: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker in a process group of its own, so that its children die with it."""
    # Mingling with the other workers of a fleet takes a second.
    options = ["--concurrency", str(concurrency), "--without-mingle", "--without-gossip"]
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
