"""Processes that tests start from outside: a Redis, and workers of the product on the test's own database."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx
import pytest
from django.conf import settings

from config.environment import BASE_DIR
from tests.waiting import wait_for

NEEDS_REDIS = [
    pytest.mark.redis,
    pytest.mark.skipif(
        shutil.which("redis-server") is None and not os.environ.get("CI"),
        reason="redis-server is not installed (Debian: apt-get install redis-server)",
    ),
]


def needs_redis(test: Callable[..., None]) -> Callable[..., None]:
    for mark in NEEDS_REDIS:
        test = mark(test)
    return test


def ended(command: Sequence[str], **given: Any) -> "subprocess.CompletedProcess[str]":
    """A command of the checkout that has ended, however it did, with what it told."""
    usual: dict[str, Any] = {"cwd": BASE_DIR, "capture_output": True, "text": True, "timeout": 60}
    return subprocess.run(command, check=False, **{**usual, **given})


def serves(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=10).is_success
    except httpx.TransportError:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """Its address. Nothing is kept but in memory."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(lambda: _answers(port))
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def address_of(alias: str) -> str:
    """Of the test's own database, as an operator would write it."""
    own = settings.DATABASES[alias]
    return f"postgresql://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"


def environment_of(**changes: str) -> dict[str, str]:
    """For a process on the test's own database."""
    return {
        **os.environ,
        "QUERENT_HOME": str(settings.ENVIRONMENT.querent_home),
        "DATABASE_URL": address_of("default"),
        "DATABASE_OWNER_URL": address_of("owner"),
        **changes,
    }


@contextmanager
def running_worker(
    environment: dict[str, str], *, concurrency: int, queues: str = "embed", stderr: IO[bytes] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker in a process group of its own, so that its children die with it."""
    # Mingling with the other workers of a fleet takes a second.
    options = ["--concurrency", str(concurrency), "--without-mingle", "--without-gossip"]
    options += ["--queues", queues]
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", *options]
    with subprocess.Popen(
        command, cwd=BASE_DIR, env=environment, stdout=subprocess.DEVNULL, stderr=stderr, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
