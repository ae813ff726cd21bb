"""Creates the database, its two roles and the extension, as the administrator, then migrates as the owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from psycopg import sql

from config.database import DatabaseAccess
from tenants.domain_error import DomainError

BOOTSTRAP_LOCK = 0x51756572656E74
"""The name in hexadecimal: an advisory lock nobody else takes by chance."""

LOCK_TIMEOUT = "10min"
"""Longer than migrations take; another start waits so long for them."""


def prepare_database(*, verbosity: int = 0) -> None:
    """Safe to run again. Raises psycopg.Error where an address does not work or a role may not do its part."""
    access: DatabaseAccess = settings.ACCESS
    if access.admin is not None:
        create_roles_and_database(access.admin, owner=access.owner, app=access.app)
    with _alone(connect(access.owner, access.owner["NAME"])):
        let_application_in(access.owner, app=access.app)
        call_command("migrate", database="owner", verbosity=verbosity, interactive=False)


_WIDENED = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = %s"
_NARROWER = ("NOSUPERUSER", "NOCREATEDB", "NOCREATEROLE", "NOBYPASSRLS")


class ExtensionMissing(DomainError):
    """The database has no pgvector and its owner may not create it: an administrator must."""

    code = "internal_error"


def connect(target: dict[str, Any], database: str) -> "psycopg.Connection[Any]":
    """An autocommit connection with Django connection settings, but to `database`."""
    given: dict[str, Any] = {
        "host": target["HOST"],
        "port": target["PORT"] or 5432,
        "user": target["USER"],
        "password": target["PASSWORD"],
        "connect_timeout": 10,
        # What the address says after its question mark, as `sslmode`.
        **target.get("OPTIONS", {}),
    }
    return psycopg.connect(**given, dbname=database, autocommit=True)


@contextmanager
def _alone(connection: "psycopg.Connection[Any]") -> Iterator["psycopg.Connection[Any]"]:
    """Two starts at once would make the same things and change the same role's row. The lock is of the connection's
    database and ends with the connection."""
    with connection:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        connection.execute("SELECT pg_advisory_lock(%s)", [BOOTSTRAP_LOCK])
        yield connection


def _connect_to_server(admin: dict[str, Any]) -> "psycopg.Connection[Any]":
    """To the database that every server has, so that all starts meet at its lock, or to the named one where an
    administrator may enter no other."""
    try:
        return connect(admin, "postgres")
    except psycopg.OperationalError:
        return connect(admin, admin["NAME"])


def create_roles_and_database(admin: dict[str, Any], *, owner: dict[str, Any], app: dict[str, Any]) -> None:
    name = sql.Identifier(owner["NAME"])
    owner_role, app_role = sql.Identifier(owner["USER"]), sql.Identifier(app["USER"])
    with _alone(_connect_to_server(admin)) as connection:
        for role in (owner, app):
            _create_role(connection, role)
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [owner["NAME"]]).fetchone() is None:
            # An administrator who is no superuser gives a database to a role that they belong to.
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner_role))
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(name, owner_role)
            )
        with connect(admin, owner["NAME"]) as inside:
            inside.execute("CREATE EXTENSION IF NOT EXISTS vector")
            for statement in (
                sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name),
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, app_role),
                sql.SQL("GRANT ALL ON DATABASE {} TO {}").format(name, owner_role),
                sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC"),
                sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {} WITH GRANT OPTION").format(owner_role),
            ):
                inside.execute(statement)


def let_application_in(owner: dict[str, Any], *, app: dict[str, Any]) -> None:
    """Whoever made the roles, the application's may use what the owner creates from here on."""
    role = sql.Identifier(app["USER"])
    with connect(owner, owner["NAME"]) as connection:
        if connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'").fetchone() is None:
            _create_extension(connection)
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        for kind, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
            connection.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} ON {} TO {}").format(
                    sql.SQL(rights), sql.SQL(kind), role
                )
            )


def _create_extension(connection: "psycopg.Connection[Any]") -> None:
    """Works for an owner where the extension is trusted, as in most packages of pgvector."""
    try:
        connection.execute("CREATE EXTENSION vector")
    except psycopg.errors.InsufficientPrivilege:
        raise ExtensionMissing(
            "The database has no pgvector, and the role in DATABASE_OWNER_URL may not create it: "
            "have an administrator run CREATE EXTENSION vector in it."
        ) from None


def _create_role(connection: "psycopg.Connection[Any]", role: dict[str, Any]) -> None:
    name = sql.Identifier(role["USER"])
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role["USER"]]).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    # Again on every run: the password follows the secret key, and nobody may have widened the role meanwhile. Only a
    # superuser may name what a role must not be, so that it is named where it is so.
    (facts,) = connection.execute(_WIDENED, [role["USER"]]).fetchall()
    narrower = sql.SQL(" ").join(sql.SQL(word) for word, is_so in zip(_NARROWER, facts, strict=True) if is_so)
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN {} PASSWORD {}").format(name, narrower, sql.Literal(role["PASSWORD"]))
    )
