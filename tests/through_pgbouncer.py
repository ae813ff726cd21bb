"""The application's connections through PgBouncer in transaction mode, as the deployment has them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connections

from deploy.topology.pgbouncer import pgbouncer
from deploy.topology.server_process import free_port


@contextmanager
def through_pgbouncer() -> Iterator[None]:
    """The test process's own database; the owner's connections, which migrate, go to the server itself."""
    direct = connections["default"].settings_dict
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="querent-pooled-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with pgbouncer(
            folder / "pgbouncer",
            port=port,
            server_port=int(direct["PORT"]),
            database=direct["NAME"],
            user=direct["USER"],
            password=direct["PASSWORD"],
        ):
            server_port = direct["PORT"]
            try:
                for told in (direct, settings.DATABASES["default"], settings.ACCESS.app):
                    told["PORT"] = str(port)
                yield
            finally:
                for told in (direct, settings.DATABASES["default"], settings.ACCESS.app):
                    told["PORT"] = server_port
