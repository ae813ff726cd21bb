"""SQLite as a target."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from schema_index.connectors.child_process import Child, Frame
from schema_index.connectors.engine import Engine
from schema_index.connectors.file_connector import FileConnector, file_grants
from schema_index.connectors.sqlite_catalogue import BROKEN, kind_of_all, sqlite_table
from schema_index.connectors.sqlite_errors import SQLITE_ERRORS
from schema_index.schema import ColumnKind, Dialect


class SqliteConnector(FileConnector):
    dialect: ClassVar[Dialect] = "sqlite"
    child = Child(module="schema_index.connectors.sqlite_child")
    errors = SQLITE_ERRORS
    broken = BROKEN
    table = staticmethod(sqlite_table)

    def opening(self) -> Frame:
        return {"uri": f"{self.path.as_uri()}?mode=ro"}

    def kinds(self, frame: Frame, rows: Sequence[Sequence[Any]]) -> list[ColumnKind]:
        return [value_kind(row[place] for row in rows) for place in range(len(frame["columns"]))]


_PYTHON_KINDS: Mapping[type, ColumnKind] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "text",
    bytes: "binary",
}


def value_kind(values: Iterable[Any]) -> ColumnKind:
    """From a column's values: a result carries no types."""
    return kind_of_all(_PYTHON_KINDS.get(type(value), "other") for value in values if value is not None)


SQLITE = Engine(
    dialect=SqliteConnector.dialect,
    label="SQLite",
    connect=SqliteConnector,
    port=None,
    grants=file_grants,
    ddl_trigger=None,
)
