"""PgBouncer's configuration: transaction pooling between every process of Querent and its PostgreSQL."""

import os
import shutil
from pathlib import Path

from deploy.topology.server_process import ServerProcess, listens

POOL_SIZE = 20
"""Connections to PostgreSQL at most, whatever number of clients wait."""

_CONFIGURATION = """\
[databases]
{database} = host=127.0.0.1 port={server_port} dbname={database}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = {pool_size}
max_db_connections = {pool_size}
max_client_conn = 2000
query_wait_timeout = 30
server_idle_timeout = 60
server_login_retry = 1
ignore_startup_parameters = extra_float_digits
admin_users = {user}
stats_users = {user}
{tls}
{run_as}
"""

_TLS = """\
client_tls_sslmode = require
client_tls_cert_file = {certificate}
client_tls_key_file = {key}"""


def is_installed() -> bool:
    return shutil.which("pgbouncer", path=_path()) is not None


def pgbouncer(
    folder: Path,
    *,
    port: int,
    server_port: int,
    database: str,
    user: str,
    password: str,
    tls: tuple[Path, Path] | None = None,
) -> ServerProcess:
    """Lets `user` in with the password that opens PostgreSQL too; with `tls`, a certificate and its key, by TLS alone.

    It does not run as root: there it becomes nobody.
    """
    executable = shutil.which("pgbouncer", path=_path())
    assert executable is not None, "pgbouncer is not installed (Debian: apt-get install pgbouncer)"
    folder.mkdir(parents=True, exist_ok=True)
    users, configuration = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text(f'"{user}" "{password}"\n')
    configuration.write_text(
        _CONFIGURATION.format(
            database=database,
            server_port=server_port,
            port=port,
            users=users,
            user=user,
            pool_size=POOL_SIZE,
            tls=_TLS.format(certificate=tls[0], key=tls[1]) if tls else "",
            run_as="user = nobody" if os.geteuid() == 0 else "",
        )
    )
    if os.geteuid() == 0:
        for path in (users, configuration, *(tls or ())):
            shutil.chown(path, "nobody")
            path.chmod(0o400)
    return ServerProcess(
        "pgbouncer", [executable, "-q", str(configuration)], folder=folder.parent, is_ready=lambda: listens(port)
    )


def _path() -> str:
    # Debian installs it beside the administrator's tools.
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
