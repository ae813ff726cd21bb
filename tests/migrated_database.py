"""An empty, migrated database that test runs keep from one to the next: migrating takes seconds, a copy a tenth of one.

It is named by what the migrations say, so that another word in one of them makes another. The bootstrap runs over the
copy all the same.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

PREFIX = "migrated_querent_"


@dataclass(frozen=True, slots=True, kw_only=True)
class MigratedDatabase:
    """`connection` is the superuser's, to another database of the server."""

    name: str
    connection: "psycopg.Connection[Any]"

    @classmethod
    def kept_by(cls, connection: "psycopg.Connection[Any]") -> "MigratedDatabase":
        """Of the migrations as they stand. It may not be there yet."""
        digest = hashlib.sha256(repr(connections["owner"].settings_dict["USER"]).encode())
        for app in apps.get_app_configs():
            module, _ = MigrationLoader.migrations_module(app.label)
            if module is None:
                continue
            try:
                folder = Path(str(import_module(module).__file__)).parent
            except ModuleNotFoundError:
                continue
            for file in sorted(folder.glob("*.py")):
                digest.update(file.name.encode() + file.read_bytes())
        return cls(name=PREFIX + digest.hexdigest()[:16], connection=connection)

    @contextmanager
    def copied_to(self, name: str) -> Iterator[None]:
        """Drops `name`, and makes it again where a copy can be had. The block migrates it and leaves its connections.

        The processes of a run come here at the same time: the first migrates for all, while the others wait.
        """
        self.connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [PREFIX])
        self._drop(name)
        is_first = not self._is_there()
        if is_first:
            yield
            self._keep(name)
        else:
            self._copy(self.name, name)
        self.connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [PREFIX])
        if not is_first:
            yield

    def _keep(self, name: str) -> None:
        """What was kept of other migrations goes."""
        kept = self.connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        for (old,) in kept.fetchall():
            self._drop(old)
        self._copy(name, self.name)

    def _drop(self, name: str) -> None:
        self.connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _is_there(self) -> bool:
        found = self.connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name])
        return found.fetchone() is not None

    def _copy(self, source: str, name: str) -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
        names = (name, source, str(connections["owner"].settings_dict["USER"]))
        self.connection.execute(statement.format(*map(sql.Identifier, names)))
