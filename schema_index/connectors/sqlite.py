"""SQLite as a target."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from schema_index.connectors.child_process import Child
from schema_index.connectors.child_protocol import Frame
from schema_index.connectors.engine import Engine
from schema_index.connectors.file_connector import FileConnector, file_grants
from schema_index.connectors.file_errors import FileErrors
from schema_index.connectors.sqlite_catalogue import BROKEN, kind_of_all, sqlite_table
from schema_index.schema import ColumnKind, Dialect

_UNREADABLE = "The data source's file cannot be read as a SQLite database. Check the file, then test the source."
_LOCKED = "The data source's file is locked by a writer. Try again."

_ERRORS = FileErrors(
    interrupted="SQLITE_INTERRUPT",
    unavailable={
        **dict.fromkeys(("SQLITE_BUSY", "SQLITE_LOCKED"), _LOCKED),
        **dict.fromkeys(("SQLITE_CANTOPEN", "SQLITE_NOTADB", "SQLITE_CORRUPT"), _UNREADABLE),
        **dict.fromkeys(("SQLITE_IOERR", "SQLITE_PERM"), _UNREADABLE),
    },
    messages={
        "SQLITE_AUTH": "The statement does something a read-only session does not allow.",
        "SQLITE_READONLY": "The statement would write, and the session is read-only.",
        "SQLITE_TOOBIG": "A value in the statement or its result is larger than allowed.",
        "SQLITE_ERROR": "The statement does not fit the database: a name, a function or the syntax is wrong.",
        "SQLITE_MISMATCH": "A value does not have the type its use needs.",
    },
    explained={"SQLITE_ERROR"},
)


class SqliteConnector(FileConnector):
    dialect: ClassVar[Dialect] = "sqlite"
    child = Child(module="schema_index.connectors.sqlite_child")
    errors = _ERRORS
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
    grants=file_grants,
)
