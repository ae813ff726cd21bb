"""Loads a folder of `ddl/<name>.sql[.gz]` into databases of their own, readable by one role without other rights."""

import gzip
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

READER = "bench_reader"


def embedded_databases() -> "TargetDatabases":
    """On the embedded server; Django is set up."""
    from django.conf import settings  # noqa: PLC0415

    from config.secrets import derived_password  # noqa: PLC0415

    assert settings.ACCESS.admin is not None
    return TargetDatabases(settings.ACCESS.admin, password=derived_password(settings.SECRET_KEY, "benchmark reader"))


class TargetDatabases:
    """Databases `<prefix><name>` on the server that `admin` (Django connection settings) names."""

    def __init__(self, admin: dict[str, Any], *, password: str) -> None:
        self._admin = admin
        self.password = password

    def connect(self, database: str) -> "psycopg.Connection[Any]":
        """As the administrator, for loading and for running gold queries."""
        return psycopg.connect(
            host=self._admin["HOST"],
            port=self._admin["PORT"] or 5432,
            user=self._admin["USER"],
            password=self._admin["PASSWORD"],
            dbname=database,
            autocommit=True,
        )

    def source(self, database: str) -> dict[str, Any]:
        """The database as fields of a data source, read by the reader."""
        from django.conf import settings  # noqa: PLC0415  it must be set up first

        server = settings.DATABASES["default"]
        where = {"dialect": "postgres", "host": server["HOST"], "port": int(server["PORT"]), "database": database}
        return {**where, "username": READER, "password": self.password}

    def load(self, folder: Path, *, prefix: str, progress: Callable[[str], None]) -> dict[str, str]:
        """Name in the folder → database. Always loads anew: some rows hold dates relative to the day."""
        files = sorted((folder / "ddl").glob("*.sql*"))
        self.create_reader()
        loaded: dict[str, str] = {}
        for number, file in enumerate(files, start=1):
            name = file.name.split(".sql")[0]
            loaded[name] = self.load_file(file, database=prefix + name, meta=folder / "meta" / f"{name}.json")
            progress(f"  {number}/{len(files)} {name}")
        return loaded

    def create_reader(self) -> None:
        with closing(self.connect("postgres")) as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER]).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(READER)))
            connection.execute(
                sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(
                    sql.Identifier(READER), sql.Literal(self.password)
                )
            )

    def load_as_schemas(self, folder: Path, *, database: str) -> str:
        """Every file as a schema of one new database, whose name comes back; for files that name no schema."""
        self.create_reader()
        self._create(database)
        with closing(self.connect(database)) as connection:
            for file in sorted((folder / "ddl").glob("*.sql*")):
                schema = sql.Identifier(file.name.split(".sql")[0])
                connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
                connection.execute(sql.SQL("SET search_path TO {}").format(schema))
                connection.execute(_script(file))
            _grant(connection)
            connection.execute("ANALYZE")
        return database

    def load_file(self, file: Path, *, database: str, meta: Path | None = None) -> str:
        """Into a new database, in place of one of that name; returns the name."""
        self._create(database)
        with closing(self.connect(database)) as connection:
            connection.execute(_script(file))
            if meta is not None and meta.exists():
                _comment(connection, json.loads(meta.read_text()))
            _grant(connection)
            connection.execute("ANALYZE")
        return database

    def _create(self, database: str) -> None:
        with closing(self.connect("postgres")) as connection:
            name = sql.Identifier(database)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))


def _script(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


def _comment(connection: "psycopg.Connection[Any]", meta: dict[str, Any]) -> None:
    """Column descriptions become comments, as a careful owner of the database would have written them."""
    found = connection.execute(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns "
        "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    real: dict[tuple[str, str], tuple[str, str, str]] = {}
    for schema, table, column in found:
        real[table.lower(), column.lower()] = real[f"{schema}.{table}".lower(), column.lower()] = (
            schema,
            table,
            column,
        )
    for table, columns in meta["table_metadata"].items():
        for column in columns:
            place = real.get((table.lower(), column["column_name"].lower().strip('"')))
            text = (column.get("column_description") or "").strip()
            if place is not None and text:
                connection.execute(
                    sql.SQL("COMMENT ON COLUMN {} IS {}").format(sql.Identifier(*place), sql.Literal(text))
                )


def _grant(connection: "psycopg.Connection[Any]") -> None:
    schemas = connection.execute(
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
    ).fetchall()
    for (schema,) in schemas:
        names = (sql.Identifier(schema), sql.Identifier(READER))
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(*names))
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(*names))
