"""Sentences that every server and file engine says alike."""

from schema_index.connectors.base import QueryTimeout

UNREACHABLE = (
    "The database could not be reached, or refused the credentials. "
    "Check host, port, database, user, password and TLS mode, then test the data source."
)
"""One sentence for closed, filtered, unresolved and refused: which of them it was would map a network."""

UNREADABLE_VALUE = "The database returned a value that cannot be read."
NO_ROWS = "The statement is not one that returns rows."


def query_timeout(deadline_ms: int) -> QueryTimeout:
    return QueryTimeout(
        f"The statement did not end within {deadline_ms / 1000:g} s and was stopped. "
        "Ask for less, or raise the data source's time limit.",
        deadline_ms=deadline_ms,
    )
