"""The process that alone touches a tenant's DuckDB file, with the standard library and DuckDB's driver.

The engine can read and write any file, reach the network and load code. Here it is told not to before the first
statement, and cannot be told otherwise after; limits of the operating system hold the process, and the parent kills it.
https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
"""

import resource
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import PurePath
from typing import Any

# The engine alone: what the package puts around it in Python takes eight times as long to load, for every question.
import _duckdb as duckdb

from schema_index.connectors.child_protocol import EngineError, Frame, batches, limit_process, serve
from schema_index.connectors.quoting import quoted

MEMORY_LIMIT = "384MB"
"""Of the engine's buffers; what does not fit fails, because there is no folder to spill into."""

MAX_DATA = 1024 * 1024 * 1024
"""Bytes of writable memory of the process: buffers, threads' stacks, the interpreter and a batch of rows."""

MAX_ADDRESS_SPACE = 6 * 1024 * 1024 * 1024
"""Bytes; the driver reserves 1.4 GB at once and uses 70 MB of it."""

THREADS = 2
ROWS_AT_ONCE = 256

OTHER_NAME = "querent_source"
OWN_NAMES = frozenset({"memory", "system", "temp"})
"""Databases that every session has."""

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "threads": THREADS,
    "memory_limit": MEMORY_LIMIT,
    "temp_directory": "",
}

READS = frozenset({duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN})

GONE = ("IOException", "FatalException")
"""Classes that concern the file and not the statement."""

VIEWS = """
SELECT schema_name, view_name FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal AND NOT temporary
"""
RELATIONS = """
WITH relation AS (
    SELECT schema_name, table_name, 'table' AS kind, comment, estimated_size AS rows FROM duckdb_tables()
    WHERE database_name = current_database() AND NOT internal AND NOT temporary
    UNION ALL
    SELECT schema_name, view_name, 'view', comment, NULL FROM duckdb_views()
    WHERE database_name = current_database() AND NOT internal AND NOT temporary
), described AS (
    SELECT schema_name, table_name, list({
        name: column_name, type: data_type, nullable: is_nullable, comment: comment, generated: is_generated
    } ORDER BY column_index) AS columns
    FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal GROUP BY ALL
), keyed AS (
    SELECT schema_name, table_name, list({
        type: constraint_type, columns: constraint_column_names, target: referenced_table,
        target_columns: referenced_column_names
    } ORDER BY constraint_index) AS keys
    FROM duckdb_constraints()
    WHERE database_name = current_database() AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
    GROUP BY ALL
)
SELECT schema_name AS schema, table_name AS name, kind, coalesce(comment, '') AS comment, rows,
       coalesce(columns, []) AS columns, coalesce(keys, []) AS keys, count(*) OVER () AS relations
FROM relation LEFT JOIN described USING (schema_name, table_name) LEFT JOIN keyed USING (schema_name, table_name)
ORDER BY 1, 2
"""


def main() -> None:
    # No file may grow, so nothing can be written anywhere.
    limit_process({resource.RLIMIT_AS: MAX_ADDRESS_SPACE, resource.RLIMIT_DATA: MAX_DATA, resource.RLIMIT_FSIZE: 0})
    serve(answer)


def answer(request: Frame) -> Iterator[Frame]:
    with closing(opened(request)) as connection:
        try:
            yield from answered(connection, request)
        except duckdb.Error as error:
            raise complaint(error) from None


def opened(request: Frame) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(":memory:", config=SETTINGS)
        attach(connection, request["path"])
        zone = request["time_zone"].replace("'", "''")
        connection.execute(f"SET TimeZone = '{zone}'")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        raise complaint(error, opening=True) from None
    return connection


def complaint(error: duckdb.Error, *, opening: bool = False) -> EngineError:
    code, text = type(error).__name__, str(error)
    if opening or code in GONE:
        code = "Locked" if "lock" in text.lower() else "Unreadable"
    # The lines behind the first point at similar names and repeat the statement.
    return EngineError(code, text.partition("\n")[0])


def attach(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    """Under the file's name, which its views may use; under another where a schema in it has that name too, since the
    engine calls `sales.orders` ambiguous when `sales` is both."""
    file = path.replace("'", "''")
    names = [name for name in (PurePath(path).stem, OTHER_NAME) if name.lower() not in OWN_NAMES]
    for name in names:
        connection.execute(f"ATTACH '{file}' AS {quoted(name)} (TYPE duckdb, READ_ONLY)")
        schemas = connection.execute("SELECT lower(schema_name) FROM duckdb_schemas() WHERE NOT internal").fetchall()
        if (name.lower(),) not in schemas or name == names[-1]:
            connection.execute(f"USE {quoted(name)}")
            return
        connection.execute(f"DETACH {quoted(name)}")


def answered(connection: duckdb.DuckDBPyConnection, request: Frame) -> Iterator[Frame]:
    seconds = request["deadline_ms"] / 1000
    if request["operation"] == "values":
        for statement in request["statements"]:
            yield values(connection, statement, seconds=seconds)
        return
    with Deadline(connection, seconds):
        if request["operation"] == "catalogue":
            yield from catalogue(connection, ends_at=time.monotonic() + seconds)
        else:
            yield from read(connection, request)


class Deadline:
    """Interrupts the statement that runs when the time is over."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, seconds: float) -> None:
        self._timer = threading.Timer(seconds, connection.interrupt)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def read(connection: duckdb.DuckDBPyConnection, request: Frame) -> Iterator[Frame]:
    sql = request["sql"]
    # The engine would stop reading at a null character, and not see the limit behind it.
    statements = [] if "\0" in sql else connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type not in READS:
        raise EngineError("NotARead")
    if request["plans"] and statements[0].type == duckdb.StatementType.SELECT:
        planned = connection.execute(f"EXPLAIN (FORMAT JSON) {statements[0].query}").fetchone()
        yield {"plan": planned[1] if planned else ""}
    cursor = connection.execute(statements[0])
    described = cursor.description or ()
    yield {"columns": [column[0] for column in described], "types": [str(column[1]) for column in described]}
    yield from batches(rows_of(cursor), request)


def rows_of(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        yield from rows


def values(connection: duckdb.DuckDBPyConnection, statement: str, *, seconds: float) -> Frame:
    try:
        with Deadline(connection, seconds):
            return {"values": [row[0] for row in connection.execute(statement).fetchall()]}
    except duckdb.Error:
        return {"values": None}


def catalogue(connection: duckdb.DuckDBPyConnection, *, ends_at: float) -> Iterator[Frame]:
    """Every relation with its columns and keys, and whether it is broken."""
    broken = set()
    for view in connection.execute(VIEWS).fetchall():
        if not can_be_read(connection, *view):
            broken.add(view)
            if time.monotonic() > ends_at:
                raise EngineError("InterruptException")
    cursor = connection.execute(RELATIONS)
    names = [column[0] for column in cursor.description or ()]
    for row in rows_of(cursor):
        yield {**dict(zip(names, row, strict=True)), "broken": row[:2] in broken}


def can_be_read(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    """Whether the engine can plan the view: it may name what is gone, or a file, which it may not read here."""
    try:
        connection.execute(f"EXPLAIN SELECT * FROM {quoted(schema)}.{quoted(name)}").fetchall()  # noqa: S608  # quoted
    except duckdb.Error:
        return False
    return True


if __name__ == "__main__":
    main()
