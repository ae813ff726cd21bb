"""Roles and databases as the bootstrap makes them, and what the roles may and may not do."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from config.bootstrap import ExtensionMissing, connect, create_roles_and_database, let_application_in
from config.database import DatabaseAccess
from config.startup import refuse_unready_database
from tests.conftest import Connect, Superuser

Settings = dict[str, Any]


@pytest.fixture
def new_database(embedded_server: Settings, admin_connection: Connect) -> Iterator[tuple[Settings, Settings, Settings]]:
    """Admin, owner and application role of a database that is not there yet."""
    name = f"boot_{settings.ACCESS.app['NAME']}"
    tcp = {**embedded_server, "HOST": "127.0.0.1", "NAME": name}
    owner = {**tcp, "USER": f"{name}_owner", "PASSWORD": "owner-word"}
    app = {**tcp, "USER": f"{name}_app", "PASSWORD": "app-word"}
    _drop(admin_connection, name)
    yield {**embedded_server, "NAME": name}, owner, app
    _drop(admin_connection, name)


def _drop(admin_connection: Connect, name: str) -> None:
    with closing(admin_connection("postgres")) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        for role in ("app", "owner"):
            connection.execute(f"DROP ROLE IF EXISTS {name}_{role}".encode())


def _assert_confined(owner: Settings, app: Settings) -> None:
    """What the owner creates from now on, the application may use and not own, truncate or extend."""
    with closing(connect(owner, owner["NAME"])) as connection:
        connection.execute("CREATE TABLE things (id serial PRIMARY KEY, at vector(2))")
    with closing(connect(app, app["NAME"])) as connection:
        connection.execute("INSERT INTO things (at) VALUES ('[1,2]')")
        connection.execute("UPDATE things SET at = '[2,1]'")
        assert connection.execute("SELECT id FROM things").fetchall() == [(1,)]
        for statement in (b"TRUNCATE things", b"CREATE TABLE mine ()", b"DROP TABLE things", b"CREATE ROLE other"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_an_administrator_needs_no_database_to_begin_with(new_database: tuple[Settings, Settings, Settings]) -> None:
    admin, owner, app = new_database
    create_roles_and_database(admin, owner=owner, app=app)
    let_application_in(owner, app=app)
    _assert_confined(owner, app)


def test_a_second_time_changes_nothing_but_mends_roles(
    new_database: tuple[Settings, Settings, Settings], admin_connection: Connect
) -> None:
    admin, owner, app = new_database
    create_roles_and_database(admin, owner=owner, app=app)
    with closing(admin_connection("postgres")) as connection:
        connection.execute(f"ALTER ROLE {app['USER']} SUPERUSER BYPASSRLS CREATEDB PASSWORD 'other'".encode())
    for _ in range(2):
        create_roles_and_database(admin, owner=owner, app=app)
        let_application_in(owner, app=app)
    _assert_confined(owner, app)


def test_roles_made_by_hand_get_the_same_rights(
    new_database: tuple[Settings, Settings, Settings], admin_connection: Connect
) -> None:
    _, owner, app = new_database
    with closing(admin_connection("postgres")) as connection:
        for role in (owner, app):
            connection.execute(f"CREATE ROLE {role['USER']} LOGIN PASSWORD '{role['PASSWORD']}'".encode())
        connection.execute(f"CREATE DATABASE {owner['NAME']} OWNER {owner['USER']}".encode())
    with pytest.raises(ExtensionMissing, match="CREATE EXTENSION vector"):
        let_application_in(owner, app=app)
    with closing(admin_connection(owner["NAME"])) as connection:
        connection.execute("CREATE EXTENSION vector")
    let_application_in(owner, app=app)
    _assert_confined(owner, app)


def test_other_roles_may_not_even_connect(
    new_database: tuple[Settings, Settings, Settings], embedded_server: Settings
) -> None:
    admin, owner, app = new_database
    create_roles_and_database(admin, owner=owner, app=app)
    stranger = {**settings.ACCESS.app, "NAME": owner["NAME"]}
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect(stranger, stranger["NAME"])


def test_a_prepared_database_is_ready(db: None) -> None:
    refuse_unready_database()


@pytest.mark.django_db
def test_a_database_that_lacks_a_migration_is_not_ready(superuser: Superuser) -> None:
    (row,) = superuser.execute(
        "DELETE FROM django_migrations WHERE app = 'sessions' RETURNING app, name, applied"
    ).fetchall()
    try:
        with pytest.raises(SystemExit, match=r"not up to date \(1 to apply\): run `manage\.py prepare_database`"):
            refuse_unready_database()
    finally:
        superuser.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)


def test_an_address_that_does_not_work_is_a_sentence(
    embedded_server: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = {**embedded_server, "HOST": "127.0.0.1", "PORT": "1", "PASSWORD": "s3cret-word"}
    access = DatabaseAccess(app=nowhere, owner=nowhere, admin=nowhere)
    monkeypatch.setattr(settings, "ACCESS", access)
    with pytest.raises(CommandError, match="cannot be reached with the address in DATABASE_URL") as error:
        call_command("prepare_database")
    assert "s3cret-word" not in str(error.value)
