import psycopg
import pytest

from schema_index.connectors.outcomes import query_timeout
from schema_index.connectors.postgres_errors import translated


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.QueryCanceled(),
        psycopg.errors.IdleInTransactionSessionTimeout(),
        psycopg.errors.lookup("25P04")(),
    ],
)
def test_a_session_that_stood_still_has_run_out_of_time(error: psycopg.Error) -> None:
    """A statement is at fault in nothing of that: no model is asked to mend it."""
    found = translated(error, statement="SELECT 1", timed_out=False, deadline_ms=500)
    wanted = query_timeout(500)
    assert (type(found), found.message) == (type(wanted), wanted.message)
