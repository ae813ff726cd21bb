"""SQLite as a target."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from schema_index.connectors.base import Introspection, Limits, Progress
from schema_index.connectors.child_process import Child, Frame
from schema_index.connectors.engine import Engine
from schema_index.connectors.file_connector import FileConnector, file_grants
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


def value_kind(values: Iterable[Any]) -> ColumnKind:
    """From a column's values: a result carries no types. `other` when mixed or all null."""
    kinds: set[ColumnKind] = {_kind_of(value) for value in values if value is not None}
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else "other"


def _kind_of(value: object) -> ColumnKind:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "text"
        case bytes():
            return "binary"
        case _:
            return "other"


SQLITE = Engine(
    dialect=SqliteConnector.dialect,
    label="SQLite",
    connect=SqliteConnector,
    port=None,
    grants=file_grants,
    ddl_trigger=None,
)
