"""PostgreSQL's SQLSTATE decides what a person is told: the driver's own text may hold rows, hosts and names."""

from collections.abc import Mapping

import psycopg

from schema_index.connectors.base import DataSourceError, DataSourceUnavailable
from schema_index.connectors.diagnostics import diagnostic
from schema_index.connectors.outcomes import CLASS_MESSAGES, NO_ROWS, UNREACHABLE, UNREADABLE_VALUE, query_timeout
from tenants.domain_error import DomainError

_MESSAGES: Mapping[str, str] = {
    "22012": "The statement divides by zero.",
    "22003": "A number in the statement's result is out of its type's range.",
    "22007": "A value is not a valid date or time.",
    "22008": "A date or time is out of range.",
    "22P02": "A value does not have the form its type needs.",
    "08P01": "The statement has parameters, and none are given.",
    "21000": "A subquery used as one value returned more than one row.",
    "25006": "The statement would write, and the session is read-only.",
    "42501": "The data source's user has no permission for something the statement names.",
    "42601": "The statement has a syntax error.",
    "42702": "A column the statement names is ambiguous.",
    "42703": "A column the statement names does not exist.",
    "42704": "A type or other object the statement names does not exist.",
    "42725": "A function the statement calls is ambiguous.",
    "42803": "Grouping is wrong: a selected column is neither grouped nor aggregated, or an aggregate is misplaced.",
    "42804": "Types in the statement do not match.",
    "42846": "The statement casts between types that cannot be cast.",
    "42883": "A function or operator in the statement does not exist for these types.",
    "42P01": "A table the statement names does not exist.",
    "53100": "The statement needs more temporary space than the database allows.",
    "53200": "The statement needs more memory than the database allows.",
    "53400": "The statement needs more than a limit of the database allows.",
    "54000": "The statement is larger than the database allows.",
    "54001": "The statement nests deeper than the database allows.",
    "55P03": "A table the statement reads is locked; try again later.",
}

_UNAVAILABLE = ("08", "28", "3D", "57P", "53300")
"""Connection, authentication, no such database, shut down; too many connections."""

_TIMED_OUT = ("57014", "25P03", "25P04")
"""Cancelled; or the session was idle, or its transaction went on, longer than we allow: a server that stood still
finds that before anything else. No other statement would mend it."""

_DIAGNOSTIC_CLASSES = ("0A", "42")
"""Only analysis of the statement explains itself in words about the statement. Class 22 and P0 quote rows."""


def translated(error: Exception, *, statement: str, timed_out: bool, deadline_ms: int) -> DomainError:
    """As `ServerSession.translated`."""
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    if timed_out or state in _TIMED_OUT:
        return query_timeout(deadline_ms)
    if state is None or not isinstance(error, psycopg.Error):
        return _without_state(error)
    if state not in _MESSAGES and state.startswith(_UNAVAILABLE):
        return DataSourceUnavailable(UNREACHABLE)
    message = _MESSAGES.get(state) or CLASS_MESSAGES.get(state[:2], "The database refused the statement.")
    details = {"sqlstate": state}
    if state.startswith(_DIAGNOSTIC_CLASSES) and error.diag.message_primary:
        details["diagnostic"] = diagnostic(error.diag.message_primary, statement=statement)
    return DataSourceError(message, **details)


def _without_state(error: Exception) -> DomainError:
    """The driver's own errors: the connection is gone, a value does not fit Python, or there were no rows to fetch."""
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return DataSourceUnavailable(UNREACHABLE)
    if isinstance(error, psycopg.DataError | UnicodeError):
        return DataSourceError(UNREADABLE_VALUE)
    return DataSourceError(NO_ROWS)
