"""A database in a file on our disk, read by a child process of the file's own: what such engines share."""

import base64
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from schema_index.connectors.base import (
    ColumnName,
    DataSourceError,
    Introspection,
    Limits,
    Progress,
    QueryTimeout,
    ResultColumn,
    ResultSet,
    Unreadable,
)
from schema_index.connectors.child_process import Bounds, Child, ChildFailed, ChildKilled, frames
from schema_index.connectors.child_protocol import Frame
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.distinct_values import DEADLINE_MS, DistinctValues
from schema_index.connectors.file_errors import FileErrors
from schema_index.connectors.outcomes import query_timeout
from schema_index.connectors.plan_cost import assert_affordable
from schema_index.connectors.streaming import too_large
from schema_index.schema import ColumnKind, DatabaseSchema, Dialect, Table, TableName
from tenants.cancellation import NEVER, Cancellation
from tenants.domain_error import DomainError

INTROSPECTION_LIMITS = Limits(deadline_ms=60_000, max_bytes=64_000_000)

DEFAULT_SCHEMA = "main"

FRAMING = 8
"""A byte of a value takes at most six in JSON (`\\u0000`); the rest is for numbers, commas and frames."""

FRAMING_ROW_BYTES = 64_000
"""Room for a row of nulls and numbers, which count nothing or little towards `max_bytes`."""


class FileConnector(ABC):
    """What one engine adds is its child program, its catalogue, its kinds and its errors."""

    dialect: ClassVar[Dialect]
    errors: ClassVar[FileErrors]
    broken: ClassVar[str]
    """Why a relation cannot be described."""

    distinct_values = DistinctValues()

    def __init__(self, config: ConnectionConfig) -> None:
        if config.path is None or not config.path.is_absolute():
            raise ValueError("ConnectionConfig.path: pass what check_file returned")
        self.path = config.path
        self.config = config

    @property
    @abstractmethod
    def child(self) -> Child: ...

    @abstractmethod
    def opening(self) -> Frame:
        """What the child must know to open the file."""

    @staticmethod
    @abstractmethod
    def table(relation: Frame, relations: Mapping[TableName, Frame]) -> Table:
        """From the child's frame of the relation, and those of all."""

    @abstractmethod
    def kinds(self, frame: Frame, rows: Sequence[Sequence[Any]]) -> list[ColumnKind]:
        """Of a result's columns, from the frame that names them and from the rows."""

    def cost(self, plan: str) -> float | None:
        """Of the text that the child sends as a plan, if it sends one, in the engine's own unit."""
        return None

    def introspect(self, *, progress: Progress | None = None) -> Introspection:
        found: dict[TableName, Frame] = {}
        unreadable: list[Unreadable] = []
        frames = self._frames({"operation": "catalogue"}, limits=INTROSPECTION_LIMITS)
        for done, relation in enumerate((frame for frame in frames if "relations" in frame), start=1):
            schema, name = relation["schema"], relation["name"]
            if relation["broken"] and self.config.includes(schema, name):
                unreadable.append(Unreadable(schema=schema, name=name, reason=self.broken))
            elif self.config.includes(schema, name):
                found[schema, name] = relation
            if progress is not None:
                progress(done, relation["relations"], name)
        tables = [self.table(relation, found) for relation in found.values()]
        schema_found = DatabaseSchema.of(self.dialect, DEFAULT_SCHEMA, tables)
        return Introspection(schema=schema_found, unreadable=tuple(unreadable))

    def vocabularies(self, columns: Sequence[ColumnName], *, limit: int) -> Generator[list[str] | None, None, None]:
        """One child for all of them, and another one behind each column that it had to be ended for."""
        limits = Limits(deadline_ms=DEADLINE_MS, max_rows=limit)
        statements = [self.distinct_values.query(name, limit=limit) for name in columns]
        while statements:
            request = {"operation": "values", "statements": statements}
            done = 0
            try:
                for frame in self._frames(request, limits=limits, each_frame=True):
                    if "values" in frame:
                        done += 1
                        yield frame["values"]
            except (DataSourceError, QueryTimeout):
                done += 1
                yield None
            statements = statements[done:]

    def excess_rights(self) -> tuple[str, ...]:
        """A file has no roles, and the child process cannot write whatever the file's owner may."""
        return ()

    def read(self, sql: str, *, limits: Limits, cancellation: Cancellation = NEVER) -> ResultSet:
        started = time.monotonic()
        heading: Frame = {"columns": []}
        rows: list[tuple[Any, ...]] = []
        truncated = False
        request = {"operation": "read", "sql": sql}
        for frame in self._frames(request, limits=limits, cancellation=cancellation):
            if "plan" in frame:
                assert_affordable(self.cost(frame["plan"]), limits=limits)
            elif "columns" in frame:
                heading = frame
            elif "rows" in frame:
                rows += (tuple(map(_value, row)) for row in frame["rows"])
                truncated = frame["truncated"]
        kinds = self.kinds(heading, rows)
        columns = tuple(
            ResultColumn(name=name, kind=kind) for name, kind in zip(heading["columns"], kinds, strict=True)
        )
        elapsed_ms = round((time.monotonic() - started) * 1000)
        return ResultSet(columns=columns, rows=tuple(rows), truncated=truncated, elapsed_ms=elapsed_ms)

    def _frames(
        self, request: Frame, *, limits: Limits, each_frame: bool = False, cancellation: Cancellation = NEVER
    ) -> Iterator[Frame]:
        """The child's frames without its errors, which are raised."""
        statement = request.get("sql", "")
        request = {
            **request,
            **self.opening(),
            "deadline_ms": limits.deadline_ms,
            "max_rows": limits.max_rows,
            "max_bytes": limits.max_bytes,
            "plans": limits.max_cost is not None,
        }
        max_output = FRAMING * limits.max_bytes + FRAMING_ROW_BYTES * limits.max_rows
        bounds = Bounds(deadline_ms=limits.deadline_ms, max_output=max_output, each_frame=each_frame)
        try:
            file = str(self.path)
            for frame in frames(request, child=self.child, bounds=bounds, file=file, cancellation=cancellation):
                if "error" in frame:
                    raise self._failure(frame, statement=statement, limits=limits)
                yield frame
        except ChildKilled:
            raise query_timeout(limits.deadline_ms) from None
        except ChildFailed:
            cancellation.raise_if_cancelled()
            raise _out_of_memory() from None

    def _failure(self, frame: Frame, *, statement: str, limits: Limits) -> DomainError:
        match frame["error"]:
            case "too_large":
                return too_large(limits)
            case "memory":
                return _out_of_memory()
            case _:
                return self.errors.translated(frame, statement=statement, limits=limits)


def file_grants(visible: DatabaseSchema, *, whole: DatabaseSchema, role: str, database: str) -> Iterator[str]:
    yield f"-- A {visible.dialect} file knows no roles: let the user that Querent runs as read it, and not write it."
    yield "-- chown root:querent FILE && chmod 0440 FILE"


def _out_of_memory() -> DataSourceError:
    return DataSourceError("The statement needs more memory than a query may use.")


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "bytes": base64.b64decode,
    "list": lambda items: [_value(item) for item in items],
    "dict": lambda items: {_key(key): _value(item) for key, item in items},
    "timedelta": lambda parts: timedelta(*parts),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": clock.fromisoformat,
    "Decimal": Decimal,
    "UUID": UUID,
}


def _value(value: Any) -> Any:
    """As `child_protocol.transported` wrote it; text for types that have no reader."""
    if not isinstance(value, dict):
        return value
    ((name, content),) = value.items()
    return _READERS.get(name, str)(content)


def _key(key: Any) -> Any:
    value = _value(key)
    return value if isinstance(value, str | int | float | bool | None) else str(value)
