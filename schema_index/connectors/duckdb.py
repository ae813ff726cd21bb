"""DuckDB as a target."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from schema_index.connectors.base import Introspection, Limits, Progress
from schema_index.connectors.child_process import ROOT, Child, Frame
from schema_index.connectors.duckdb_catalogue import assemble
from schema_index.connectors.duckdb_errors import translated
from schema_index.connectors.file_connector import FileConnector
from schema_index.connectors.kinds import duckdb_kind
from schema_index.schema import ColumnKind, Dialect
from tenants.domain_error import DomainError


class DuckdbConnector(FileConnector):
    dialect: ClassVar[Dialect] = "duckdb"

    @cached_property
    def child(self) -> Child:
        """The driver is looked for, not loaded: it lives in the child alone."""
        driver = find_spec("duckdb")
        assert driver is not None
        assert driver.origin is not None
        return Child(module="schema_index.connectors.duckdb_child", folders=(ROOT, Path(driver.origin).parents[1]))

    def opening(self) -> Frame:
        return {"path": str(self.path), "time_zone": self.config.time_zone}

    def described(self, frames: Iterator[Frame], *, progress: Progress | None) -> Introspection:
        return assemble(frames, includes=self.config.includes, progress=progress)

    def kinds(self, frame: Frame, rows: Sequence[Sequence[Any]]) -> list[ColumnKind]:
        return [duckdb_kind(name) for name in frame.get("types", ())]

    def complaint(self, frame: Frame, *, statement: str, limits: Limits) -> DomainError:
        return translated(frame, statement=statement, limits=limits)
