"""MySQL's error number decides what a person is told: the server's own text may hold rows, hosts and names."""

from collections.abc import Mapping

import pymysql

from schema_index.connectors.base import DataSourceError, DataSourceUnavailable
from schema_index.connectors.diagnostics import diagnostic
from schema_index.connectors.outcomes import CLASS_MESSAGES, UNREACHABLE, UNREADABLE_VALUE, query_timeout
from tenants.domain_error import DomainError

NO_PERMISSION = "The data source's user has no permission for something the statement names."
WRONG_GROUPING = "Grouping is wrong: a selected column is neither grouped nor aggregated, or an aggregate is misplaced."
READ_ONLY = "The statement would write, and the session is read-only."
WRONG_VALUE = "A value does not have the form its type needs."
LOCKED = "A table the statement reads is locked; try again later."
NO_MEMORY = "The statement needs more memory than the database allows."
NO_SPACE = "The statement needs more temporary space than the database allows."

_MESSAGES: Mapping[int, str] = {
    5: NO_MEMORY,
    1021: NO_SPACE,
    1037: NO_MEMORY,
    1038: NO_MEMORY,
    1041: NO_MEMORY,
    1044: NO_PERMISSION,
    1052: "A column the statement names is ambiguous.",
    1054: "A column the statement names does not exist.",
    1055: WRONG_GROUPING,
    1056: WRONG_GROUPING,
    1064: "The statement has a syntax error.",
    1065: "The statement is empty.",
    1066: "Two tables in the statement have the same name; give them aliases.",
    1104: "The statement reads more rows than the database allows.",
    1111: WRONG_GROUPING,
    1114: NO_SPACE,
    1140: WRONG_GROUPING,
    1142: NO_PERMISSION,
    1143: NO_PERMISSION,
    1146: "A table the statement names does not exist.",
    1153: "The statement is larger than the database allows.",
    1205: LOCKED,
    1210: "The statement has parameters, and none are given.",
    1213: "The database stopped the statement because of concurrent changes; try again.",
    1222: "Queries that are combined have different numbers of columns.",
    1227: NO_PERMISSION,
    1235: "The statement uses something the database does not support.",
    1241: "A row in the statement has another number of columns than its place needs.",
    1242: "A subquery used as one value returned more than one row.",
    1248: "A subquery in FROM has no alias.",
    1267: "Texts of different collations are compared; give one of them COLLATE.",
    1271: "Texts of different collations are compared; give one of them COLLATE.",
    1290: "The statement does something the server's options do not allow.",
    1292: WRONG_VALUE,
    1295: "The statement is not one that returns rows.",
    1305: "A function in the statement does not exist.",
    1356: "A view the statement reads refers to something that no longer exists or may not be read.",
    1365: "The statement divides by zero.",
    1366: WRONG_VALUE,
    1370: NO_PERMISSION,
    1436: "The statement nests deeper than the database allows.",
    1582: "A function in the statement is given a wrong number of arguments.",
    1644: "A function in the target database refused to run.",
    1690: "A number in the statement's result is out of its type's range.",
    1792: READ_ONLY,
    3065: "A query with DISTINCT is ordered by something it does not select.",
    3141: "A value is not valid JSON.",
    4078: "Types in the statement do not match.",
}
"""From the manuals' lists of server errors; MariaDB shares the numbers below 1900, and its own begin at 4000."""

_TIMEOUTS = (1317, 1969, 3024)
"""Killed from outside; MariaDB's max_statement_time; MySQL's max_execution_time."""

_UNAVAILABLE = (1040, 1045, 1053, 1077, 1129, 1130, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1226, 1927, 3032, 4031)
"""Too many connections, refused, shutting down, host blocked, broken off, killed, offline."""

_LOST = range(2000, 3000)
"""The client's own numbers: the connection is gone or out of step."""

_DIAGNOSTIC_CLASSES = ("0A", "42")
_SILENT = (1690, 1292, 1366)
"""Numbers whose text quotes what was computed, whatever class they say they are of."""


def translated(error: Exception, *, statement: str, timed_out: bool, deadline_ms: int) -> DomainError:
    """As `ServerSession.translated`."""
    code = error.args[0] if isinstance(error, pymysql.Error) and error.args else None
    if timed_out or code in _TIMEOUTS:
        return query_timeout(deadline_ms)
    if isinstance(error, UnicodeError | ValueError | ArithmeticError):
        return DataSourceError(UNREADABLE_VALUE)
    if not isinstance(code, int) or code in _UNAVAILABLE or code in _LOST or code == 0:
        return DataSourceUnavailable(UNREACHABLE)
    state = getattr(error, "sqlstate", None) or "HY000"
    message = _MESSAGES.get(code) or CLASS_MESSAGES.get(state[:2], "The database refused the statement.")
    details = {"sqlstate": state, "engine_code": str(code)}
    if state.startswith(_DIAGNOSTIC_CLASSES) and code not in _SILENT:
        details["diagnostic"] = diagnostic(str(error.args[1]), statement=statement)
    return DataSourceError(message, **details)
