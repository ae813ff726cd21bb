"""The query for a column's distinct values, which feed a dictionary and not an answer, and its bounds."""

from collections.abc import Callable
from dataclasses import dataclass

from schema_index.connectors.base import ColumnName
from schema_index.connectors.quoting import quoted

DEADLINE_MS = 5_000
"""Of one column."""

MAX_LENGTH = 200
"""Characters; longer values are prose, which nobody names in a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctValues:
    """How an engine is asked; `rows_read` of a table are looked at."""

    rows_read: int = 1_000_000
    quote: Callable[[str], str] = quoted
    text_type: str = "TEXT"
    length: str = "length"

    def query(self, name: ColumnName, *, limit: int) -> str:
        table = f"{self.quote(name.schema)}.{self.quote(name.table)}"
        return (
            f"SELECT DISTINCT value FROM (SELECT CAST({self.quote(name.column)} AS {self.text_type}) AS value"  # noqa: S608  # quoted identifiers
            f" FROM {table} LIMIT {self.rows_read}) AS part"
            f" WHERE value IS NOT NULL AND {self.length}(value) <= {MAX_LENGTH} ORDER BY value LIMIT {limit}"
        )
