"""Real engines with the same small data: a PostgreSQL server over TCP with passwords, and SQLite and DuckDB files."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pymysql
import pytest

from deploy.topology.postgres import DeployedPostgres
from deploy.topology.server_process import free_port
from schema_index.connectors.base import Connector, Limits, ResultSet
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.registry import engine_of
from schema_index.schema import Dialect
from tenants.cancellation import NEVER, Cancellation
from tests.mariadb import PASSWORD, MariadbServer, server_config

PEOPLE = """
CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL, height numeric(5,2), born date);
INSERT INTO people VALUES (1, 'Ada', 1.65, '1815-12-10'), (2, 'Grace', 1.70, '1906-12-09'), (3, 'Linus', NULL, NULL);
"""


LIMITS = Limits(deadline_ms=5_000, max_rows=100, max_bytes=1_000_000)


@dataclass(frozen=True)
class Target:
    dialect: Dialect
    config: ConnectionConfig

    @property
    def connector(self) -> Connector:
        return engine_of(self.dialect).connect(self.config)

    @property
    def path(self) -> Path:
        assert self.config.path is not None
        return self.config.path

    def read(self, sql: str, *, cancellation: Cancellation = NEVER, **limits: Any) -> ResultSet:
        return self.connector.read(sql, limits=replace(LIMITS, **limits), cancellation=cancellation)

    def with_config(self, **changed: Any) -> "Target":
        return replace(self, config=replace(self.config, **changed))

    def raw(self, query: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """What the engine answers, asked past our own code."""
        config = self.config
        server: dict[str, Any] = {"host": config.address, "port": config.port, "user": "owner", "password": PASSWORD}
        match self.dialect:
            case "duckdb":
                connection: Any = duckdb.connect(str(config.path), read_only=True)
            case "sqlite":
                connection = sqlite3.connect(str(config.path))
            case "mysql":
                connection = pymysql.connect(**server, database=config.database)
            case _:
                connection = psycopg.connect(**server, dbname=config.database)
        with closing(connection), closing(connection.cursor()) as cursor:
            cursor.execute(query, parameters)
            return list(cursor.fetchall())

    def unreachable(self) -> "Target":
        path = self.config.path
        return self.with_config(port=1) if path is None else self.with_config(path=path.with_name("missing.db"))


class PostgresServer(DeployedPostgres):
    def target(self, database: str, *, username: str = "owner") -> Target:
        return Target("postgres", server_config(self.port, database, username=username))

    def create_database(self, name: str, script: str) -> Target:
        """A database owned by role `owner`, which runs the script: it may write, so what refuses is the session."""
        self.run(f"CREATE DATABASE {name} OWNER owner")
        self.run(f"SET SESSION AUTHORIZATION owner; {script}", database=name)
        return self.target(name)

    def run(self, script: str, *, database: str = "postgres") -> list[tuple[Any, ...]]:
        """As the superuser; the rows of a script of one statement that has some."""
        with psycopg.connect(self.admin_url(database), autocommit=True) as connection:
            cursor = connection.execute(script.encode())
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    # pytest's own folders can be entered by their owner alone, and the server runs as another user when we are root.
    home = Path(tempfile.mkdtemp(prefix="querent-target-"))
    home.chmod(0o755)
    server = PostgresServer(home, port=free_port(), options="-c fsync=off -c shared_buffers=32MB")
    try:
        server.start()
        for role in ("owner", "reader"):
            server.run(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
        yield server
    finally:
        server.stop(mode="immediate")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_people(postgres_server: PostgresServer) -> Target:
    return postgres_server.create_database("people", PEOPLE)


@pytest.fixture(scope="session")
def sqlite_people(tmp_path_factory: pytest.TempPathFactory) -> Target:
    return create_sqlite(tmp_path_factory.mktemp("sqlite") / "people.db", PEOPLE)


def create_sqlite(path: Path, script: str) -> Target:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return Target("sqlite", ConnectionConfig(path=path))


@pytest.fixture(scope="session")
def mysql_people(mariadb_server: MariadbServer) -> Target:
    return Target("mysql", mariadb_server.create_database("people", PEOPLE))


@pytest.fixture(scope="session")
def duckdb_people(tmp_path_factory: pytest.TempPathFactory) -> Target:
    return create_duckdb(tmp_path_factory.mktemp("duckdb") / "people.db", PEOPLE)


def create_duckdb(path: Path, script: str) -> Target:
    with duckdb.connect(path) as connection:
        connection.execute(script)
    return Target("duckdb", ConnectionConfig(path=path))


@pytest.fixture(params=["postgres", "mysql", "sqlite", "duckdb"])
def target(request: pytest.FixtureRequest) -> Target:
    found: Target = request.getfixturevalue(f"{request.param}_people")
    return found
