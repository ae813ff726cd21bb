"""Sentences that every server and file engine says alike."""

from collections.abc import Mapping

from schema_index.connectors.base import QueryTimeout

UNREACHABLE = (
    "The database could not be reached, or refused the credentials. "
    "Check host, port, database, user, password and TLS mode, then test the data source."
)
"""One sentence for closed, filtered, unresolved and refused: which of them it was would map a network."""

UNREADABLE_VALUE = "The database returned a value that cannot be read."
NO_ROWS = "The statement is not one that returns rows."

CLASS_MESSAGES: Mapping[str, str] = {
    "0A": "The statement uses something the database does not support.",
    "21": "Rows in the statement have different numbers of columns.",
    "22": "A value in the statement's result cannot be computed or converted.",
    "25": "The statement does something a read-only session does not allow.",
    "40": "The database stopped the statement because of concurrent changes; try again.",
    "42": "The statement does not fit the database's tables, columns or types.",
    "53": "The database is short of resources.",
    "54": "The statement is larger than the database allows.",
    "P0": "A function in the target database refused to run.",
}
"""By the class of a SQLSTATE, which servers share but for PostgreSQL's own: 53, 54 and P0."""


def query_timeout(deadline_ms: int) -> QueryTimeout:
    return QueryTimeout(
        f"The statement did not end within {deadline_ms / 1000:g} s and was stopped. "
        "Ask for less, or raise the data source's time limit.",
        deadline_ms=deadline_ms,
    )
