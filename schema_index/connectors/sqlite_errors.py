"""What a person is told of SQLite's errors: by its code, never its own text, which may quote what a row holds."""

from collections.abc import Mapping
from typing import Any

from schema_index.connectors.base import DataSourceError, DataSourceUnavailable, Limits
from schema_index.connectors.diagnostics import diagnostic
from schema_index.connectors.outcomes import query_timeout
from tenants.domain_error import DomainError

UNREADABLE_FILE = "The data source's file cannot be read as a SQLite database. Check the file, then test the source."
BUSY = "The data source's file is locked by a writer. Try again."

_UNAVAILABLE: Mapping[str, str] = {
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_CANTOPEN": UNREADABLE_FILE,
    "SQLITE_NOTADB": UNREADABLE_FILE,
    "SQLITE_CORRUPT": UNREADABLE_FILE,
    "SQLITE_IOERR": UNREADABLE_FILE,
    "SQLITE_PERM": UNREADABLE_FILE,
}

_MESSAGES: Mapping[str, str] = {
    "SQLITE_AUTH": "The statement does something a read-only session does not allow.",
    "SQLITE_READONLY": "The statement would write, and the session is read-only.",
    "SQLITE_TOOBIG": "A value in the statement or its result is larger than allowed.",
    "SQLITE_ERROR": "The statement does not fit the database: a name, a function or the syntax is wrong.",
    "SQLITE_MISMATCH": "A value does not have the type its use needs.",
}


def translated(frame: Mapping[str, Any], *, statement: str, limits: Limits) -> DomainError:
    """What to raise for the child's `engine` frame, whose code may be an extended one (SQLITE_IOERR_READ)."""
    primary, text = "_".join(str(frame["code"]).split("_")[:2]), str(frame["message"])
    if primary == "SQLITE_INTERRUPT":
        return query_timeout(limits.deadline_ms)
    if primary in _UNAVAILABLE:
        return DataSourceUnavailable(_UNAVAILABLE[primary])
    message = _MESSAGES.get(primary, "The database refused the statement.")
    if primary == "SQLITE_ERROR":
        return DataSourceError(message, engine_code=primary, diagnostic=diagnostic(text, statement=statement))
    return DataSourceError(message, engine_code=primary)
