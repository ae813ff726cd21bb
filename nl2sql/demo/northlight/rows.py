"""Rows on their way into SQLite."""

from datetime import date, datetime

Row = tuple[int | str | date | None, ...]
"""The values of one row in the order of the table's columns; moments are UTC."""


def stored(row: Row) -> Row:
    """Days and moments as SQLite's own date functions write them."""
    return tuple(_text(value) if isinstance(value, date) else value for value in row)


def _text(day: date) -> str:
    return day.isoformat(sep=" ", timespec="seconds") if isinstance(day, datetime) else day.isoformat()
