"""What a person is told of DuckDB's errors: by their class, never their own text, which may quote what a row holds."""

from collections.abc import Mapping
from typing import Any

from schema_index.connectors.base import DataSourceError, DataSourceUnavailable, Limits
from schema_index.connectors.diagnostics import diagnostic
from schema_index.connectors.outcomes import query_timeout
from tenants.domain_error import DomainError

UNREADABLE_FILE = (
    "The data source's file cannot be read as a DuckDB database of this version. Check the file, then test the source."
)
BUSY = "The data source's file is held by a process that writes to it. Try again when that has ended."

_MESSAGES: Mapping[str, str] = {
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
}

_EXPLAINED = frozenset({"CatalogException", "BinderException", "ParserException", "SyntaxException"})
"""Only analysis of the statement explains itself in words about the statement."""


def translated(frame: Mapping[str, Any], *, statement: str, limits: Limits) -> DomainError:
    """What to raise for the child's `open` or `engine` frame; `code` is the class of the driver's exception."""
    code, text = str(frame["code"]), str(frame["message"])
    if code == "InterruptException":
        return query_timeout(limits.deadline_ms)
    if frame["error"] == "open" or code in {"IOException", "FatalException"}:
        return DataSourceUnavailable(BUSY if "lock" in text.lower() else UNREADABLE_FILE)
    message = _MESSAGES.get(code, "The database refused the statement.")
    if code in _EXPLAINED:
        # The lines that follow point at similar names and repeat the statement.
        first_line, _, _ = text.partition("\n")
        return DataSourceError(message, engine_code=code, diagnostic=diagnostic(first_line, statement=statement))
    return DataSourceError(message, engine_code=code)
