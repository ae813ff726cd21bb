"""Creates the database, its two roles and the extension, as the administrator, then migrates as the owner."""

from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from psycopg import sql

BOOTSTRAP_LOCK = 0x51756572656E74
"""The name in hexadecimal: an advisory lock nobody else takes by chance."""


def prepare_database(*, verbosity: int = 0) -> None:
    """Safe to run again. Raises psycopg.Error where the administrator's address does not work."""
    access = settings.ACCESS
    if access.admin is not None:
        _create_roles_and_database(access.admin, owner=access.owner, app=access.app)
    call_command("migrate", database="owner", verbosity=verbosity, interactive=False)


def _connect(target: dict[str, Any], database: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(
        host=target["HOST"],
        port=target["PORT"] or 5432,
        user=target["USER"],
        password=target["PASSWORD"],
        dbname=database,
        autocommit=True,
        connect_timeout=10,
    )


def _create_roles_and_database(admin: dict[str, Any], *, owner: dict[str, Any], app: dict[str, Any]) -> None:
    name = sql.Identifier(owner["NAME"])
    owner_role, app_role = sql.Identifier(owner["USER"]), sql.Identifier(app["USER"])
    with _connect(admin, admin["NAME"]) as connection:
        # Two starts at once would change the same role's row; the lock ends with the connection.
        connection.execute("SELECT pg_advisory_lock(%s)", [BOOTSTRAP_LOCK])
        for role in (owner, app):
            _create_role(connection, role)
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [owner["NAME"]]).fetchone() is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(name, owner_role)
            )
    with _connect(admin, owner["NAME"]) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        for statement in (
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name),
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, app_role),
            sql.SQL("GRANT ALL ON DATABASE {} TO {}").format(name, owner_role),
            sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC"),
            sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(owner_role),
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app_role),
        ):
            connection.execute(statement)
    with _connect(owner, owner["NAME"]) as connection:
        for kind, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
            connection.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} ON {} TO {}").format(
                    sql.SQL(rights), sql.SQL(kind), app_role
                )
            )


def _create_role(connection: "psycopg.Connection[Any]", role: dict[str, Any]) -> None:
    name = sql.Identifier(role["USER"])
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role["USER"]]).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    # Again on every run: the password follows the secret key, and nobody may have widened the role meanwhile.
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}").format(
            name, sql.Literal(role["PASSWORD"])
        )
    )
