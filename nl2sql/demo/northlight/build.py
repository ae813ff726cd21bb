"""Northlight's database file: written beside its place, checked, moved there in one step, and recognised afterwards."""

import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

from nl2sql.demo.code_digest import code_digest
from nl2sql.demo.northlight.generate import generate
from nl2sql.demo.northlight.rows import Row, stored

_HERE = Path(__file__).parent


def build(path: Path, *, until: date, progress: Callable[[str], None]) -> None:
    """Write the database to `path`, replacing what is there; its folder must exist.

    The file appears whole or not at all. Same code, same `until`, same SQLite: same bytes.
    """
    progress("Northlight: drawing 24 months of subscriptions")
    tables = generate(until=until)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        progress(f"Northlight: writing {sum(map(len, tables.values())):,} rows into {len(tables)} tables")
        _write(unfinished, tables=tables, version=_version(until=until))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def is_current(path: Path, *, until: date) -> bool:
    """Whether `path` holds what `build` would write now: same code, same `until`."""
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA user_version").fetchone()[0] == _version(until=until))
    except sqlite3.DatabaseError:
        return False


def _write(path: Path, *, tables: Mapping[str, list[Row]], version: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # The file is thrown away when anything fails, so neither a journal nor a sync protects anything.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript((_HERE / "tables.sql").read_text())
        connection.execute("BEGIN")
        for table, rows in tables.items():
            places = ", ".join("?" * len(rows[0]))
            # The table name is a constant of generate.py.
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", map(stored, rows))  # noqa: S608
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")


def _version(*, until: date) -> int:
    """31 bits, as much as `user_version` holds."""
    return int.from_bytes(code_digest(_HERE, until)[:4]) >> 1
