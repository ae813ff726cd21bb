"""A real MariaDB (Debian package mariadb-server) for the tests that ask for one; it starts in half a second.

Its empty data folder takes seconds to make, so one is kept beside the tests' PostgreSQL and copied for each run.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
import pytest
from pymysql.constants import CLIENT

from schema_index.connectors.connection import ConnectionConfig
from tests.certificates import create_certificates

PASSWORD = "s3cret-of-the-tests"

IN_CI = bool(os.environ.get("CI"))
START_TIMEOUT_S = 30

# Nothing of a test run must survive a power cut.
_SMALL = (
    "--innodb-log-file-size=4M",
    "--innodb-buffer-pool-size=16M",
    "--innodb-data-file-path=ibdata1:4M:autoextend",
    "--innodb-undo-tablespaces=0",
    "--innodb-flush-method=nosync",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--aria-pagecache-buffer-size=8M",
)


def server_config(port: int, database: str, *, username: str) -> ConnectionConfig:
    """Of a server of the tests, whose roles have one password."""
    return ConnectionConfig(
        host="localhost", address="127.0.0.1", port=port, database=database, username=username, password=PASSWORD
    )


@dataclass(frozen=True)
class MariadbServer:
    """`authority` is the certificate that signed the server's."""

    port: int
    socket: str
    authority: Path

    def admin(self, database: str | None = None) -> "pymysql.Connection[Any]":
        """A connection of the superuser through the private socket, which may send several statements at once."""
        return pymysql.connect(
            unix_socket=self.socket,
            user="root",
            database=database,
            autocommit=True,
            charset="utf8mb4",
            client_flag=CLIENT.MULTI_STATEMENTS,
        )

    def run(self, script: str, *, database: str | None = None) -> list[tuple[Any, ...]]:
        """The rows of the script's last statement."""
        with closing(self.admin(database)) as connection, connection.cursor() as cursor:
            cursor.execute(script)
            rows = cursor.fetchall()
            while cursor.nextset():
                rows = cursor.fetchall()
            return list(rows)

    def config(self, database: str, *, username: str = "owner") -> ConnectionConfig:
        return server_config(self.port, database, username=username)

    def create_database(self, name: str, script: str) -> ConnectionConfig:
        """A database seen as user `owner`, who may do everything on the server: what refuses is the session."""
        self.run(f"CREATE DATABASE `{name}`")
        self.run(script, database=name)
        return self.config(name)


@contextmanager
def running_mariadb(template: Path) -> Iterator[MariadbServer]:
    """A server with users `owner` and `reader`, gone with everything in it afterwards."""
    if shutil.which("mariadbd") is None and not IN_CI:
        pytest.skip("mariadbd is not installed (Debian: apt-get install mariadb-server)")
    _make_template(template)
    # A socket's path may have 107 bytes.
    home = Path(tempfile.mkdtemp(prefix="querent-maria-"))
    shutil.copytree(template, home / "data")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    certificates = create_certificates(home, host="localhost")
    server = MariadbServer(port=port, socket=str(home / "socket"), authority=certificates.authority)
    command = [
        *("mariadbd", "--no-defaults", *_SMALL, *_as_this_user(), f"--datadir={home / 'data'}"),
        *(f"--socket={server.socket}", f"--port={server.port}", "--bind-address=127.0.0.1", "--skip-name-resolve"),
        *("--performance-schema=OFF", "--skip-log-bin", "--secure-file-priv="),
        *(f"--ssl-ca={certificates.authority}", f"--ssl-cert={certificates.server}", f"--ssl-key={certificates.key}"),
    ]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _wait_until_answering(server, process, home / "log")
        server.run(
            f"CREATE USER owner IDENTIFIED BY '{PASSWORD}'; GRANT ALL ON *.* TO owner;"
            f"CREATE USER reader IDENTIFIED BY '{PASSWORD}'"
        )
        yield server
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(home, ignore_errors=True)


def _make_template(template: Path) -> None:
    template.parent.mkdir(parents=True, exist_ok=True)
    with template.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if template.exists():
            return
        making = template.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        subprocess.run(
            [
                *("mariadb-install-db", "--no-defaults", *_SMALL, *_as_this_user(), f"--datadir={making}"),
                *("--skip-test-db", "--auth-root-authentication-method=normal", "--skip-name-resolve"),
            ],
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=60,
        )
        making.rename(template)


def _as_this_user() -> tuple[str, ...]:
    """As root the server wants to hear it."""
    return ("--user=root",) if os.geteuid() == 0 else ()


def _wait_until_answering(server: MariadbServer, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        if Path(server.socket).exists():
            with suppress(pymysql.OperationalError):
                server.admin().close()
                return
        time.sleep(0.02)
    raise RuntimeError(f"mariadbd did not start: {log.read_text(errors='replace')[-2_000:]}")
