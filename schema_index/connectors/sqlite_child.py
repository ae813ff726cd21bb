"""The process that alone touches a tenant's SQLite file, with the standard library and no site packages.

A statement can spend memory and time inside one opcode where no handler is asked (`randomblob`, `printf('%*c')`), so
limits of the operating system hold this process, and the parent kills it.
"""

import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

from schema_index.connectors.child_protocol import EngineError, Frame, batches, limit_process, serve
from schema_index.connectors.quoting import quoted

MAX_MEMORY = 512 * 1024 * 1024
"""Bytes of address space, of which the interpreter needs about 30 MB."""

HEAP_LIMIT = 384 * 1024 * 1024
"""Bytes that SQLite may allocate: it fails cleanly before the address space is used up."""

MAX_FILE = 8 * 1024 * 1024
"""Bytes of any file this process may write: the shared-memory index of a database in WAL mode, nothing larger."""

MAX_LOCK_WAIT_S = 2.0
MAX_VIRTUAL_TABLES = 100
MAX_STATISTICS = 100_000

OPCODES_PER_CHECK = 1_000
SAMPLE_ROWS = 100
"""Rows that tell the kind of a column with no declared type."""

SAMPLE_MS = 200

LIMITS = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 100,
}

READ_ACTIONS = frozenset(
    {sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
CATALOGUE_PRAGMAS = frozenset({"table_list", "table_xinfo", "foreign_key_list", "index_list", "index_info"})
GONE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CANTOPEN")
"""Codes that concern the file and not the statement."""

TABLE_FUNCTIONS = ("json_each", "json_tree")

FORBIDDEN_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})


def main() -> None:
    limit_process({resource.RLIMIT_AS: MAX_MEMORY, resource.RLIMIT_FSIZE: MAX_FILE})
    serve(answer)


def answer(request: Frame) -> Iterator[Frame]:
    try:
        yield from answered(request)
    except (sqlite3.Error, sqlite3.Warning) as error:
        # Without what makes it an extended one: SQLITE_IOERR_READ.
        primary = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
        raise EngineError(primary, str(error)) from None


def answered(request: Frame) -> Iterator[Frame]:
    deadline = time.monotonic() + request["deadline_ms"] / 1000
    with closing(connect(request)) as connection:
        prepare(connection, request)
        stop_at(connection, deadline)
        connect_virtual_tables(connection)
        if request["operation"] == "catalogue":
            estimates = row_estimates(connection)
            connection.set_authorizer(authorizer(catalogue=True))
            yield from catalogue(connection, deadline=deadline, estimates=estimates)
        elif request["operation"] == "values":
            connection.set_authorizer(authorizer(catalogue=False))
            yield from values(connection, request)
        else:
            connection.set_authorizer(authorizer(catalogue=False))
            yield from read(connection, request)


def connect(request: Frame) -> sqlite3.Connection:
    # Half the time for a writer to finish, so that a lock is told apart from a slow statement.
    lock_wait_s = min(MAX_LOCK_WAIT_S, request["deadline_ms"] / 2000)
    return sqlite3.connect(request["uri"], uri=True, isolation_level=None, timeout=lock_wait_s)


def prepare(connection: sqlite3.Connection, request: Frame) -> None:
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    for pragma in (
        "trusted_schema=0",
        "query_only=1",
        "temp_store=MEMORY",
        "mmap_size=0",
        "cell_size_check=1",
        f"hard_heap_limit={HEAP_LIMIT}",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    for limit, value in LIMITS.items():
        connection.setlimit(limit, value)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(1_000_000, request["max_bytes"]))
    # Reads the schema now, statistics tables included, which the authorizer would refuse later.
    connection.execute("SELECT count(*) FROM sqlite_master").fetchall()


def connect_virtual_tables(connection: sqlite3.Connection) -> None:
    """A virtual table (full text, R-tree) writes down its own schema in memory on first use, which under the
    authorizer would be refused as a change. So the first use is ours, of every one, before the authorizer is set.
    The functions that stand in FROM are virtual tables too.
    """
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL %'"
    ).fetchmany(MAX_VIRTUAL_TABLES)
    for (name,) in names:
        with suppress(sqlite3.Error):
            connection.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
    for function in TABLE_FUNCTIONS:
        with suppress(sqlite3.Error):
            connection.execute(f"SELECT 1 FROM {function}('[]')").fetchall()  # noqa: S608  # names of ours


def stop_at(connection: sqlite3.Connection, deadline: float) -> None:
    connection.set_progress_handler(lambda: time.monotonic() > deadline, OPCODES_PER_CHECK)


def authorizer(*, catalogue: bool) -> Callable[..., int]:
    """What the engine lets a statement do while it compiles it: read tables that are not its own, and call functions.

    https://www.sqlite.org/c3ref/c_alter_table.html lists the actions and their arguments.
    """

    # Full text search asks for `data_version`, a counter, before each use.
    allowed_pragmas = {"data_version"} | (CATALOGUE_PRAGMAS if catalogue else set())

    def decide(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_PRAGMA and first in allowed_pragmas:
            return sqlite3.SQLITE_OK
        if action not in READ_ACTIONS:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in FORBIDDEN_FUNCTIONS:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ and (first or "").lower().startswith("sqlite_") and not catalogue:
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    return decide


def read(connection: sqlite3.Connection, request: Frame) -> Iterator[Frame]:
    cursor = connection.execute(request["sql"])
    if cursor.description is None:
        raise sqlite3.ProgrammingError
    yield {"columns": [column[0] for column in cursor.description]}
    yield from batches(cursor, request)


def values(connection: sqlite3.Connection, request: Frame) -> Iterator[Frame]:
    """One frame a statement: the values of its one column, or none where it failed or took too long."""
    for statement in request["statements"]:
        stop_at(connection, time.monotonic() + request["deadline_ms"] / 1000)
        try:
            rows = connection.execute(statement).fetchall()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "").startswith(GONE):
                raise
            yield {"values": None}
        else:
            yield {"values": [row[0] for row in rows]}


def row_estimates(connection: sqlite3.Connection) -> dict[str, int]:
    """What ANALYZE once counted: each row of its table begins with the rows of the relation or of an index on it."""
    try:
        rows = connection.execute("SELECT tbl, stat FROM sqlite_stat1").fetchmany(MAX_STATISTICS)
    except sqlite3.OperationalError:
        return {}
    estimates: dict[str, int] = {}
    for name, statistics in rows:
        count = str(statistics).split(" ", 1)[0]
        if isinstance(name, str) and count.isascii() and count.isdigit() and len(count) < 19:
            # A partial index counts less than the whole.
            estimates[name.casefold()] = max(int(count), estimates.get(name.casefold(), 0))
    return estimates


def catalogue(connection: sqlite3.Connection, *, deadline: float, estimates: dict[str, int]) -> Iterator[Frame]:
    relations = connection.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_'"
    ).fetchall()
    # Shadow tables hold the innards of virtual ones. SQLite before 3.37 cannot tell and answers with no rows.
    shadows = {row[1] for row in connection.execute("PRAGMA table_list") if row[2] == "shadow"}
    names = {name.casefold(): name for name, _ in relations if name not in shadows}
    for name, kind in sorted(relation for relation in relations if relation[0] not in shadows):
        head = {"schema": "main", "name": name, "kind": kind, "relations": len(names)}
        try:
            description = described(connection, name, names=names)
            # Columns that declare no type, as views' expressions do.
            untyped = [column[0] for column in description["columns"] if not column[1]]
            stop_at(connection, min(deadline, time.monotonic() + SAMPLE_MS / 1000))
            classes = storage_classes(connection, name, untyped) if untyped else {}
            stop_at(connection, deadline)
            estimate = estimates.get(name.casefold())
            yield {**head, "classes": classes, "rows": estimate, **description, "broken": False}
        except (sqlite3.Error, sqlite3.Warning):
            if time.monotonic() > deadline:
                raise
            yield {**head, "broken": True}


def described(connection: sqlite3.Connection, name: str, *, names: dict[str, str]) -> Frame:
    """Columns as (name, declared type, not null, place in the primary key, generated), keys, foreign keys as (number,
    target, column, column of the target). `names` are the relations' own by folded ones, since keys may spell theirs
    otherwise."""
    relation = quoted(name)
    # Field `hidden`: 1 is a virtual table's argument; 2 and 3 are generated columns.
    columns = [
        [row[1], row[2], row[3], row[5], row[6] in {2, 3}]
        for row in connection.execute(f"PRAGMA table_xinfo({relation})")
        if row[6] != 1
    ]
    indexes = connection.execute(f"PRAGMA index_list({relation})").fetchall()
    return {
        "columns": columns,
        "unique_keys": [
            [row[2] for row in connection.execute(f"PRAGMA index_info({quoted(index)})")]
            for _, index, unique, _, partial in indexes
            if unique and not partial
        ],
        "foreign_keys": [
            [row[0], names.get(row[2].casefold()), row[3], row[4]]
            for row in sorted(connection.execute(f"PRAGMA foreign_key_list({relation})"), key=lambda row: row[:2])
        ],
    }


def storage_classes(connection: sqlite3.Connection, name: str, columns: list[str]) -> dict[str, list[str]]:
    """What `typeof` says of the first rows; nothing when they do not come in time."""
    selected = ", ".join(f"typeof({quoted(column)})" for column in columns)
    query = f"SELECT {selected} FROM {quoted(name)} LIMIT {SAMPLE_ROWS}"  # noqa: S608  # quoted identifiers only
    try:
        rows = connection.execute(query).fetchall()
    except sqlite3.OperationalError:
        return {}
    return {column: sorted({row[place] for row in rows}) for place, column in enumerate(columns)}


if __name__ == "__main__":
    main()
