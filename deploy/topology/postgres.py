"""The deployment's PostgreSQL: the wheel's server, of which this process can also end and restart the postmaster."""

from pathlib import Path

from config.embedded_postgres import EmbeddedPostgres


class DeployedPostgres(EmbeddedPostgres):
    def __init__(self, home: Path, *, port: int, options: str) -> None:
        super().__init__(home, port=port)
        self.options = options

    def start(self) -> None:
        """Raises EmbeddedServerFailed."""
        self.ensure_running(server_options=self.options)

    def crash(self) -> None:
        """And come back at once."""
        self._pg_ctl("-m", "immediate", "-l", str(self.data_folder / "log"), "restart")

    def admin_url(self, database: str) -> str:
        """Of the superuser, by the private socket."""
        admin = self.admin_settings()
        return f"postgresql://{admin['USER']}@/{database}?host={admin['HOST']}&port={admin['PORT']}"
