"""Rows on their way into SQLite."""

from dataclasses import dataclass
from datetime import datetime

Row = tuple[int | str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRows:
    """All rows of one table; values in the order of its columns."""

    name: str
    rows: list[Row]


def moment(at: datetime) -> str:
    """A UTC moment as SQLite's own date functions write it."""
    return at.isoformat(sep=" ", timespec="seconds")
