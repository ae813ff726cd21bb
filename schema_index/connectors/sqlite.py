"""SQLite as a target."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from schema_index.connectors.base import Introspection, Limits, Progress
from schema_index.connectors.child_process import Child, Frame
from schema_index.connectors.file_connector import FileConnector
from schema_index.connectors.kinds import value_kind
from schema_index.connectors.sqlite_catalogue import assemble
from schema_index.connectors.sqlite_errors import translated
from schema_index.schema import ColumnKind, Dialect
from tenants.domain_error import DomainError


class SqliteConnector(FileConnector):
    dialect: ClassVar[Dialect] = "sqlite"
    child = Child(module="schema_index.connectors.sqlite_child")

    def opening(self) -> Frame:
        return {"uri": f"{self.path.as_uri()}?mode=ro"}

    def described(self, frames: Iterator[Frame], *, progress: Progress | None) -> Introspection:
        return assemble(frames, includes=self.config.includes, progress=progress)

    def kinds(self, frame: Frame, rows: Sequence[Sequence[Any]]) -> list[ColumnKind]:
        return [value_kind(row[place] for row in rows) for place in range(len(frame["columns"]))]

    def complaint(self, frame: Frame, *, statement: str, limits: Limits) -> DomainError:
        return translated(frame, statement=statement, limits=limits)
