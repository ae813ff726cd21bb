"""Querent as it is deployed past one process: PostgreSQL, PgBouncer, a broker, web, workers by queue, beat.

with Topology(folder) as querent:
    ... ask at querent.url; querent.workers["ask"].kill() ...
"""

import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from config.environment import BASE_DIR
from config.secrets import derived_password
from config.web_server import server_command
from deploy.topology.pgbouncer import pgbouncer
from deploy.topology.postgres import DeployedPostgres
from deploy.topology.server_process import ServerProcess, Servers, StartFailed, free_port, listens

SECRET_KEY = "of a deployment that is thrown away"  # noqa: S105
DATABASE = "querent"
POSTGRES_OPTIONS = "-c max_connections=60"
SETUP_TIMEOUT_S = 120.0

BACKPRESSURE = 512
"""Two hundred questions at a time and more are asked of one web process."""

WORKERS: Mapping[str, Sequence[str]] = {
    "ask": ("--queues", "ask", "--pool", "threads", "--concurrency", "200"),
    "background": ("--queues", "embed,sync,evaluate", "--concurrency", "2"),
}
"""Names and options of the workers. Questions wait for models most of their time: threads carry many in one process."""


class Topology(Servers):
    """All servers in `folder`, on free ports, with secrets of their own; everything ends with the block.

    `settings` are environment variables of every process of Querent, `workers` the options of `celery worker` by name.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        workers: Mapping[str, Sequence[str]] = WORKERS,
    ) -> None:
        super().__init__()
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.postgres = DeployedPostgres(folder / "home", port=free_port(), options=POSTGRES_OPTIONS)
        self.ports = {name: free_port() for name in ("pgbouncer", "redis", "web")}
        self.url = f"http://127.0.0.1:{self.ports['web']}"
        self.broker_url = f"redis://127.0.0.1:{self.ports['redis']}/0"
        self.environment = {**self._environment(), **(settings or {})}
        self.pooler = pgbouncer(
            folder / "pgbouncer",
            port=self.ports["pgbouncer"],
            server_port=self.postgres.port,
            database=DATABASE,
            user=f"{DATABASE}_app",
            password=_app_password(),
        )
        self.redis = self._redis()
        self.web = self.web_process("web", port=self.ports["web"])
        self.workers = {name: self.worker(name, options) for name, options in workers.items()}
        self.beat = self.celery("beat", "beat", "--pidfile", "")

    def _start(self) -> None:
        self.postgres.start()
        self.callback(self.postgres.stop)
        for server in (self.pooler, self.redis):
            self.enter_context(server)
        self.manage("prepare_database", as_administrator=True)
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        querent = [self.web, *self.workers.values(), self.beat]
        for process in querent:
            self.callback(process.kill)
            process.start(wait=False)
        for process in querent:
            process.wait_until_ready()

    def manage(self, *arguments: str, as_administrator: bool = False, settings: Mapping[str, str] | None = None) -> str:
        """The output of a management command of this deployment. The administrator's address creates both roles.

        Raises StartFailed with what the command said.
        """
        environment = {**self.environment, **(settings or {})}
        if as_administrator:
            environment["DATABASE_URL"] = self.postgres.admin_url(DATABASE)
            del environment["DATABASE_OWNER_URL"]
        done = subprocess.run(
            [sys.executable, str(BASE_DIR / "manage.py"), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=SETUP_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            raise StartFailed(f"manage.py {arguments[0]} failed: {done.stderr.strip()[-2_000:]}")
        return done.stdout

    def celery(self, name: str, *arguments: str, settings: Mapping[str, str] | None = None) -> ServerProcess:
        """Not started."""
        command = [sys.executable, "-m", "celery", "-A", "config", *arguments]
        return ServerProcess(name, command, folder=self.folder, environment={**self.environment, **(settings or {})})

    def worker(self, name: str, options: Sequence[str], *, settings: Mapping[str, str] | None = None) -> ServerProcess:
        return self.celery(name, "worker", "--hostname", f"{name}@{DATABASE}", *options, settings=settings)

    def web_process(self, name: str, *, port: int, settings: Mapping[str, str] | None = None) -> ServerProcess:
        """Of this deployment, but for some settings; not started."""
        static = BASE_DIR / "staticfiles"
        command = server_command(host="127.0.0.1", port=port, static=static, backpressure=BACKPRESSURE)
        return ServerProcess(
            name,
            command,
            folder=self.folder,
            environment={**self.environment, **(settings or {})},
            is_ready=lambda: _answers(f"http://127.0.0.1:{port}"),
        )

    def _redis(self) -> ServerProcess:
        port = self.ports["redis"]
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        return ServerProcess(
            "redis", [*command, "--appendonly", "yes"], folder=self.folder, is_ready=lambda: listens(port)
        )

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(BASE_DIR),
            "ENV_FILE": os.devnull,
            "QUERENT_HOME": str(self.folder / "home"),
            "SECRET_KEY": SECRET_KEY,
            # A folder that is used again can read what is stored in it.
            "CREDENTIAL_KEYS": urlsafe_b64encode(sha256(SECRET_KEY.encode()).digest()).decode(),
            "DATABASE_URL": (
                f"postgresql://{DATABASE}_app:{_app_password()}@127.0.0.1:{self.ports['pgbouncer']}/{DATABASE}"
            ),
            # The owner's name without a password: it says that the address above is not an administrator's.
            "DATABASE_OWNER_URL": f"postgresql://{DATABASE}_owner@127.0.0.1:{self.postgres.port}/{DATABASE}",
            "CELERY_BROKER_URL": self.broker_url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "TARGET_NETWORKS": "127.0.0.0/8",
            "LOG_JSON": "true",
        }


def _app_password() -> str:
    """As `prepare_database` derives it."""
    return derived_password(SECRET_KEY, f"database role {DATABASE}_app")


def _answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/health/ready", timeout=2) as answer:  # noqa: S310  our own http address
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
