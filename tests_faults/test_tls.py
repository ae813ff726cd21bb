"""The database behind TLS, as a managed one is: `verify-full` reaches it, by its name and authority and no other."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.environment import BASE_DIR
from config.secrets import derived_password
from deploy.topology.pgbouncer import pgbouncer
from deploy.topology.server_process import free_port
from deploy.topology.topology import DATABASE, SECRET_KEY
from tests.certificates import Certificates, create_certificates
from tests_faults.deployment import Deployment
from tests_faults.people import People

PASSWORD = derived_password(SECRET_KEY, f"database role {DATABASE}_app")


@pytest.fixture(scope="module")
def certificates(deployment: Deployment) -> Certificates:
    folder = deployment.folder / "certificates"
    folder.mkdir()
    return create_certificates(folder, host="localhost")


@pytest.fixture(scope="module")
def port(deployment: Deployment, certificates: Certificates) -> Iterator[int]:
    """Of a pooler that lets nobody in without TLS."""
    port = free_port()
    with pgbouncer(
        deployment.folder / "tls-pgbouncer",
        port=port,
        server_port=deployment.querent.postgres.port,
        database=DATABASE,
        user=f"{DATABASE}_app",
        password=PASSWORD,
        tls=(certificates.server, certificates.key),
    ):
        yield port


def test_a_verified_database_serves(deployment: Deployment, certificates: Certificates, port: int) -> None:
    url = _url(port, f"sslmode=verify-full&sslrootcert={certificates.authority}")
    with deployment.serving("tls-web", {"DATABASE_URL": url}) as address:
        asked = People(address, key=deployment.keys["one"]).ask("by-tls")
        assert asked.outcome == "completed", asked


def test_what_is_not_verified_is_not_talked_to(
    deployment: Deployment, certificates: Certificates, port: int, tmp_path: Path
) -> None:
    others = _url(port, f"sslmode=verify-full&sslrootcert={create_certificates(tmp_path, host='localhost').authority}")
    own = f"sslmode=verify-full&sslrootcert={certificates.authority}"
    for url in (others, _url(port, own, host="127.0.0.1"), _url(port, "sslmode=disable")):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
    psycopg.connect(_url(port, own)).close()
    done = subprocess.run(
        [sys.executable, str(BASE_DIR / "manage.py"), "doctor"],
        env={**deployment.querent.environment, "DATABASE_URL": others},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "cannot be reached" in done.stdout) == (1, True), done.stdout + done.stderr


def _url(port: int, options: str, *, host: str = "localhost") -> str:
    return f"postgresql://{DATABASE}_app:{PASSWORD}@{host}:{port}/{DATABASE}?{options}"
