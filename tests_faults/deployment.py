"""The deployment that faults are injected into, with a target database and a model of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
from celery import Celery

from benchmarks.target_databases import TargetDatabases
from config.environment import BASE_DIR
from deploy.topology.postgres import DeployedPostgres
from deploy.topology.server_process import ServerProcess, Servers, free_port
from deploy.topology.topology import DATABASE, Topology
from tests_faults import furnish
from tests_faults.model import Model
from tests_faults.people import People

DEADLINE_S = 30
QUERY_TIMEOUT_S = 3
LLM_TIMEOUT_S = 4
WORKERS = {
    "ask-1": ("--queues", "ask", "--pool", "threads", "--concurrency", "20"),
    "ask-2": ("--queues", "ask", "--pool", "threads", "--concurrency", "20"),
    "background": ("--queues", "embed,sync,evaluate", "--concurrency", "1"),
}
SETTINGS = {
    "ASK_DEADLINE_S": str(DEADLINE_S),
    "QUERY_TIMEOUT_MS": str(QUERY_TIMEOUT_S * 1_000),
    "QUESTIONS_PER_MINUTE": "1000000",
    "QUESTIONS_PER_DAY": "1000000",
    "QUESTIONS_AT_ONCE": "30",
    "REQUESTS_PER_MINUTE": "1000000",
    # A question that was asked before would not reach the model.
    "ANSWER_CACHE_SIZE": "0",
    "LLM_MODEL": "scripted",
    "LLM_API_KEY": "none",
    "LLM_TIMEOUT_S": str(LLM_TIMEOUT_S),
    "LLM_BREAKER_REST_S": "2",
    "LOG_LEVEL": "WARNING",
}


class Deployment(Servers):
    """`people` ask for the tenant `one`, `others` for the tenant `other`."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        workers: Mapping[str, Sequence[str]] = WORKERS,
    ) -> None:
        super().__init__()
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # the servers may run as another user
        self.folder = folder
        self.model = Model(folder / "model")
        self.target = DeployedPostgres(folder / "target", port=free_port(), options="-c fsync=off")
        everything = {**SETTINGS, "LLM_BASE_URL": self.model.url, **(settings or {})}
        self.querent = Topology(folder / "querent", settings=everything, workers=workers)

    def _start(self) -> None:
        self.enter_context(self.model.process)
        self.target.start()
        # It ends with this process, unless it is frozen.
        self.callback(lambda: self.freeze_target(frozen=False))
        databases = TargetDatabases(self.target.admin_settings(), password=furnish.PASSWORD)
        databases.create_reader()
        script = self.folder / "shop.sql"
        script.write_text(furnish.SHOP)
        databases.load_file(script, database=furnish.DATABASE)
        self.enter_context(self.querent)
        self.keys = self._furnished()
        self.people, self.others = (People(self.querent.url, key=self.keys[slug]) for slug in ("one", "other"))

    def _furnished(self) -> dict[str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "tests_faults.furnish", str(self.target.port)],
            env={**self.querent.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2_000:]
        keys: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
        return keys

    def connect(self) -> "psycopg.Connection[Any]":
        """As the superuser of Querent's own database, past PgBouncer and row-level security."""
        return psycopg.connect(self.querent.postgres.admin_url(DATABASE), autocommit=True)

    def restart_what_ended(self) -> list[str]:
        """As the supervisor does that every deployment has (`restart: unless-stopped`); the names."""
        ended = [worker for worker in self.querent.workers.values() if not worker.is_running]
        for worker in ended:
            worker.start(wait=False)
        return [worker.name for worker in ended]

    def freeze_target(self, *, frozen: bool) -> None:
        """Its processes stop in the middle of what they do, and connections stay open; or they go on."""
        postmaster = psutil.Process(int((self.target.data_folder / "postmaster.pid").read_text().split()[0]))
        for process in (postmaster, *postmaster.children(recursive=True)):
            os.kill(process.pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    @contextmanager
    def serving(self, name: str, settings: Mapping[str, str]) -> Iterator[str]:
        """The address of another web process, which answers questions itself, with settings of its own."""
        port = free_port()
        settings = {"CELERY_BROKER_URL": "memory://", **settings}
        with self.querent.web_process(name, port=port, settings=settings):
            yield f"http://127.0.0.1:{port}"

    def answers(self, worker: ServerProcess) -> bool:
        """Whether it has come to its broker, ready for questions."""
        with Celery("faults", broker=self.querent.broker_url) as app:
            return bool(app.control.ping(destination=[f"{worker.name}@{DATABASE}"], timeout=1.0))
