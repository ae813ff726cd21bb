"""All that the product knows of one engine that can be connected; what an engine adds stands beside its connector."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from schema_index.connectors.base import Connector
from schema_index.connectors.connection import ConnectionConfig
from schema_index.schema import DatabaseSchema, Dialect

DDL_SCHEMA = "querent_ddl"
"""Where a `DdlTrigger` keeps its notes: a schema of its own, which is never indexed."""


class Grants(Protocol):
    def __call__(self, visible: DatabaseSchema, *, whole: DatabaseSchema, role: str, database: str) -> Iterator[str]:
        """The lines that make `role` a reader of `visible`, of all that is in `whole`, and of nothing else."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DdlTrigger:
    """What notes each change of a database's schema in the database, so that a sync need not wait for its interval."""

    install: Callable[[str], str]
    """The SQL for an administrator, given the role that reads the notes."""

    remove: str

    mark: str
    """A query of one text, which is another one after each change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    dialect: Dialect

    label: str
    """In forms and lists."""

    connect: Callable[[ConnectionConfig], Connector]
    """Opens nothing."""

    grants: Grants

    port: int | None = None
    """That its servers listen at; None for an engine whose databases are files."""

    ddl_trigger: DdlTrigger | None = None

    @property
    def is_file(self) -> bool:
        return self.port is None
