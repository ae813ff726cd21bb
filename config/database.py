"""Who connects to Querent's own database: an application role that row-level security binds, and an owner."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dj_database_url

from config.embedded_postgres import EmbeddedPostgres
from config.environment import Environment
from config.secrets import derived_password

DEFAULT_DATABASE = "querent"
REPLICA_CONNECT_S = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAccess:
    """Django connection settings of both roles; `admin` only where Querent itself creates them. `replica` is the
    application role's too."""

    app: dict[str, Any]
    owner: dict[str, Any]
    admin: dict[str, Any] | None
    replica: dict[str, Any] | None = None


def database_access(environment: Environment, *, secret_key: str) -> DatabaseAccess:
    if environment.database_url is None:
        server = EmbeddedPostgres(environment.querent_home, port=environment.embedded_postgres_port)
        return _derived(server.admin_settings(), secret_key)
    given = _parsed(environment.database_url.get_secret_value())
    if environment.database_owner_url is None:
        access = _derived(given, secret_key)
    else:
        owner = _parsed(environment.database_owner_url.get_secret_value())
        access = DatabaseAccess(app=given, owner=owner, admin=None)
    if environment.database_replica_url is None:
        return access
    return replace(access, replica=_replica(environment.database_replica_url.get_secret_value(), access.app))


def _replica(url: str, app: dict[str, Any]) -> dict[str, Any]:
    """Where it does not answer soon, the primary is asked: nobody waits for it long."""
    given = _parsed(url)
    role = {} if given["USER"] else {"USER": app["USER"], "PASSWORD": app["PASSWORD"]}
    return {**given, **role, "OPTIONS": {"connect_timeout": REPLICA_CONNECT_S, **given["OPTIONS"]}}


def _parsed(url: str) -> dict[str, Any]:
    """`?host=/socket&port=5433`, libpq's way to name a socket, counts like host and port of the address itself."""
    settings: dict[str, Any] = {**dj_database_url.parse(url)}
    options = dict(settings.get("OPTIONS", {}))
    for name in ("host", "port"):
        if name in options:
            settings[name.upper()] = str(options.pop(name))
    return {**settings, "PORT": str(settings["PORT"]), "OPTIONS": options}


def _derived(admin: dict[str, Any], secret_key: str) -> DatabaseAccess:
    """Roles named after the database. One that is reached by a socket admits them by TCP: sockets ask no password."""
    database = admin["NAME"] if admin["NAME"] not in ("", "postgres") else DEFAULT_DATABASE
    host = "127.0.0.1" if Path(str(admin["HOST"])).is_absolute() else admin["HOST"]

    def role(suffix: str) -> dict[str, Any]:
        user = f"{database}_{suffix}"
        password = derived_password(secret_key, f"database role {user}")
        return {**admin, "NAME": database, "USER": user, "PASSWORD": password, "HOST": host}

    return DatabaseAccess(app=role("app"), owner=role("owner"), admin=admin)
