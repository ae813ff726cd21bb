"""DuckDB as a target."""

import json
import math
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from schema_index.connectors.child_process import ROOT, Child
from schema_index.connectors.child_protocol import Frame
from schema_index.connectors.duckdb_catalogue import BROKEN, duckdb_kind, duckdb_table
from schema_index.connectors.engine import Engine
from schema_index.connectors.file_connector import FileConnector, file_grants
from schema_index.connectors.file_errors import FileErrors
from schema_index.schema import ColumnKind, Dialect

_PAIRWISE = frozenset({"CROSS_PRODUCT", "NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN"})


_UNREADABLE = (
    "The data source's file cannot be read as a DuckDB database of this version. Check the file, then test the source."
)
_LOCKED = "The data source's file is held by a process that writes to it. Try again when that has ended."

_ERRORS = FileErrors(
    interrupted="InterruptException",
    unavailable={"Locked": _LOCKED, "Unreadable": _UNREADABLE},
    messages={
        "NotARead": "The statement is not one read, which is all that may run.",
        "PermissionException": "The statement does something a read-only session does not allow.",
        "CatalogException": "A table, column, function or type that the statement names does not exist.",
        "BinderException": "The statement does not fit the database's tables, columns or types.",
        "ParserException": "The statement has a syntax error.",
        "SyntaxException": "The statement has a syntax error.",
        "ConversionException": "A value does not have the form its type needs.",
        "OutOfRangeException": "A number in the statement's result is out of its type's range.",
        "NotImplementedException": "The statement uses something the database does not support.",
        "OutOfMemoryException": "The statement needs more memory than a query may use.",
    },
    explained={"CatalogException", "BinderException", "ParserException", "SyntaxException"},
)


class DuckdbConnector(FileConnector):
    dialect: ClassVar[Dialect] = "duckdb"
    errors = _ERRORS
    broken = BROKEN
    table = staticmethod(duckdb_table)

    @cached_property
    def child(self) -> Child:
        """The driver is looked for, not loaded: it lives in the child alone."""
        driver = find_spec("duckdb")
        assert driver is not None
        assert driver.origin is not None
        return Child(module="schema_index.connectors.duckdb_child", folders=(ROOT, Path(driver.origin).parents[1]))

    def opening(self) -> Frame:
        return {"path": str(self.path), "time_zone": self.config.time_zone}

    def cost(self, plan: str) -> float | None:
        return duckdb_rows(plan)

    def kinds(self, frame: Frame, rows: Sequence[Sequence[Any]]) -> list[ColumnKind]:
        return [duckdb_kind(name) for name in frame.get("types", ())]


def duckdb_rows(plan: str) -> float | None:
    """Of the JSON of `EXPLAIN (FORMAT JSON)`: rows that all steps together handle."""
    try:
        return sum(_handled(step)[1] for step in json.loads(plan))
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _handled(step: Any) -> tuple[float, float]:
    """(rows the step gives, rows it and all below it handle). Two inputs without a hash are compared row by row."""
    below = [_handled(child) for child in step["children"]]
    pairs = math.prod(max(1.0, rows) for rows, _ in below) if step["name"] in _PAIRWISE else 0.0
    estimate = step.get("extra_info", {}).get("Estimated Cardinality")
    given = float(estimate) if estimate is not None else pairs or max((rows for rows, _ in below), default=0.0)
    return given, max(given, pairs) + sum(handled for _, handled in below)


DUCKDB = Engine(
    dialect=DuckdbConnector.dialect,
    label="DuckDB",
    connect=DuckdbConnector,
    grants=file_grants,
)
