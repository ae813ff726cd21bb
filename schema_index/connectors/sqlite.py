"""SQLite as a target: a file on our disk, read by a child process of its own for every call."""

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from schema_index.connectors.base import (
    Introspection,
    Limits,
    Progress,
    ResultColumn,
    ResultSet,
)
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.kinds import value_kind
from schema_index.connectors.sqlite_catalogue import assemble
from schema_index.connectors.sqlite_errors import translated
from schema_index.connectors.sqlite_process import ChildFailed, ChildKilled, Frame, frames
from schema_index.schema import Dialect

INTROSPECTION_LIMITS = Limits(deadline_ms=60_000, max_bytes=64_000_000)

VALUES_DEADLINE_MS = 5_000
VALUES_ROWS_READ = 1_000_000
MAX_VALUE_LENGTH = 200
"""As for PostgreSQL: rows looked at, characters of a value."""

FRAMING = 8
"""A byte of a value takes at most six in JSON (`\\u0000`); the rest is for numbers, commas and frames."""

FRAMING_ROW_BYTES = 64_000
"""Room for a row of nulls and numbers, which count nothing or little towards `max_bytes`."""


class SqliteConnector:
    dialect: ClassVar[Dialect] = "sqlite"

    def __init__(self, config: ConnectionConfig) -> None:
        if config.path is None or not config.path.is_absolute():
            raise ValueError("ConnectionConfig.path: pass what check_file returned")
        self._path: Path = config.path
        self._includes = config.includes

    def introspect(self, *, progress: Progress | None = None) -> Introspection:
        frames = self._frames("catalogue", limits=INTROSPECTION_LIMITS)
        return assemble(frames, includes=self._includes, progress=progress)

    def distinct_values(self, *, schema: str, table: str, column: str, limit: int) -> list[str]:
        quoted = _quoted(column)
        query = (
            f"SELECT DISTINCT value FROM (SELECT CAST({quoted} AS TEXT) AS value"  # noqa: S608  # quoted identifiers
            f" FROM {_quoted(schema)}.{_quoted(table)} LIMIT {VALUES_ROWS_READ}) AS part"
            f" WHERE value IS NOT NULL AND length(value) <= {MAX_VALUE_LENGTH} ORDER BY value LIMIT {int(limit)}"
        )
        limits = Limits(deadline_ms=VALUES_DEADLINE_MS, max_rows=limit)
        return [row[0] for row in self.read(query, limits=limits).rows]

    def read(self, sql: str, *, limits: Limits) -> ResultSet:
        started = time.monotonic()
        names: list[str] = []
        rows: list[tuple[Any, ...]] = []
        truncated = False
        for frame in self._frames("read", sql=sql, limits=limits):
            if "columns" in frame:
                names = frame["columns"]
            elif "rows" in frame:
                rows += (tuple(map(_value, row)) for row in frame["rows"])
                truncated = frame["truncated"]
        columns = tuple(
            ResultColumn(name=name, kind=value_kind(row[place] for row in rows)) for place, name in enumerate(names)
        )
        elapsed_ms = round((time.monotonic() - started) * 1000)
        return ResultSet(columns=columns, rows=tuple(rows), truncated=truncated, elapsed_ms=elapsed_ms)

    def _frames(self, operation: str, *, limits: Limits, sql: str = "") -> Iterator[Frame]:
        """The child's frames without its errors, which are raised."""
        request: Frame = {
            "operation": operation,
            "uri": f"{self._path.as_uri()}?mode=ro",
            "sql": sql,
            "deadline_ms": limits.deadline_ms,
            "max_rows": limits.max_rows,
            "max_bytes": limits.max_bytes,
        }
        max_output = FRAMING * limits.max_bytes + FRAMING_ROW_BYTES * limits.max_rows
        try:
            for frame in frames(request, deadline_ms=limits.deadline_ms, max_output=max_output):
                if "error" in frame:
                    raise translated(frame, statement=sql, limits=limits)
                yield frame
        except ChildKilled:
            raise translated({"error": "timeout"}, statement=sql, limits=limits) from None
        except ChildFailed:
            raise translated({"error": "memory"}, statement=sql, limits=limits) from None


def _value(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
