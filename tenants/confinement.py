"""Refuses to work over a database role that row-level security would not bind."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from tenants.context import REPLICA
from tenants.domain_error import DomainError

_FACTS = """
SELECT current_user, r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema()
                 AND pg_has_role(c.relowner, 'MEMBER')),
       EXISTS (SELECT 1 FROM pg_roles o WHERE (o.rolsuper OR o.rolbypassrls) AND o.oid <> r.oid
                 AND pg_has_role(o.oid, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = current_user
"""


class RoleBypassesIsolation(DomainError):
    """The application's database role is a superuser, has BYPASSRLS, or may act as the tables' owner.

    Connect with a role that has none of these: `manage.py prepare_database` creates one.
    """

    code = "internal_error"


def why_not_confined(connection: BaseDatabaseWrapper) -> str | None:
    """What is wrong with the connection's role in words, or None. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS)
        role, superuser, bypasses, owns, becomes = cursor.fetchone()
    faults = [
        text
        for is_so, text in (
            (superuser, "is a superuser"),
            (bypasses, "has BYPASSRLS"),
            (owns, "owns tables or may act as their owner"),
            (becomes and not superuser, "may act as a role that bypasses row-level security"),
        )
        if is_so
    ]
    if not faults:
        return None
    return (
        f'The database role "{role}" {" and ".join(faults)}, so row-level security would not keep tenants apart. '
        "Set DATABASE_URL to an ordinary role and DATABASE_OWNER_URL to the tables' owner, "
        "or run `manage.py prepare_database`, which creates both."
    )


_proven: set[tuple[Any, ...]] = set()


def _refuse_unconfined(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """On the first connection of each role in this process: a process that could leak never gets to its first row."""
    if connection.alias not in (DEFAULT_DB_ALIAS, REPLICA):
        return
    settings = connection.settings_dict
    identity = (settings["HOST"], settings["PORT"], settings["NAME"], settings["USER"])
    if identity in _proven:
        return
    reason = why_not_confined(connection)
    if reason is not None:
        connection.close()
        raise RoleBypassesIsolation(reason)
    _proven.add(identity)


def connect() -> None:
    connection_created.connect(_refuse_unconfined, dispatch_uid="tenants.confinement")


def assert_confined() -> None:
    """Raises RoleBypassesIsolation; for entry points, so that they fail before they serve."""
    connection.ensure_connection()
