"""What must hold after any fault, asked of the database as its superuser."""

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

import psycopg

from tests_faults.deployment import DEADLINE_S, Deployment
from tests_faults.people import Asked, until

GRACE_S = 60
"""Beyond the deadline: the grace of half a minute after which others end a run, and half a minute until they look."""

QUIET_S = 75

AT_WORK = "SELECT count(*) FROM nl2sql_run WHERE completed_at IS NULL"
# A clock that was wrong may have written a time to come: that runs end in time is measured beside.
LATE = (
    "SELECT count(*) FROM nl2sql_run "
    "WHERE completed_at > deadline_at + interval '1 second' * %s AND completed_at <= now()"
)
RUNS = "SELECT idempotency_key, status, input_tokens FROM nl2sql_run WHERE idempotency_key = ANY(%s)"
LEFT: dict[str, str] = {
    "claims of chunks": "SELECT count(*) FROM schema_index_embeddingclaim",
    "leases of sources": "SELECT count(*) FROM schema_index_datasource WHERE sync_lease_until > now()",
    "syncs at work": "SELECT count(*) FROM schema_index_syncrun WHERE state IN ('queued', 'running')",
    "chunks without a vector": (
        "SELECT count(*) FROM schema_index_chunk c WHERE NOT EXISTS "
        "(SELECT FROM schema_index_chunkembedding e WHERE e.chunk_id = c.id AND e.content_hash = c.content_hash)"
    ),
    "advisory locks": "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
    "transactions left open": (
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'querent_app' AND xact_start < now() - interval '5 s'"
    ),
}


def assert_nothing_lost(deployment: Deployment, asked: Iterable[Asked]) -> float:
    """Seconds until everything had ended and nothing was left behind."""
    started = time.monotonic()
    with deployment.connect() as connection:
        until(lambda: _one(connection, AT_WORK) == 0, timeout_s=DEADLINE_S + GRACE_S, what="runs at work")
        for what, query in LEFT.items():
            until(lambda query=query: _one(connection, query) == 0, timeout_s=QUIET_S, what=what)  # type: ignore[misc]
        seconds = time.monotonic() - started
        assert _one(connection, LATE, [GRACE_S]) == 0, "a run ended too late"
        everyone = list(asked)
        _assert_once(deployment, connection, everyone)
        _assert_counted(connection)
    return seconds


def _assert_once(deployment: Deployment, connection: "psycopg.Connection[Any]", asked: list[Asked]) -> None:
    runs = {tag: (status, tokens) for tag, status, tokens in connection.execute(RUNS, [[one.tag for one in asked]])}
    for one in asked:
        assert one.outcome != "unanswered", f"{one.tag}: no outcome for its asker ({one.code})"
        assert runs[one.tag][0] == one.outcome, f"{one.tag}: {one.outcome} to its asker, {runs[one.tag][0]} stored"
    calls = deployment.model.answered()
    twice = {one.tag: calls[one.tag] for one in asked if calls[one.tag] > 1}
    assert not twice, f"answered by the model more than once: {twice}"
    tokens = Counter(tokens for status, tokens in runs.values() if status == "completed")
    assert set(tokens) <= {100}, f"input tokens of answered runs: {tokens}"


def _assert_counted(connection: "psycopg.Connection[Any]") -> None:
    """Each run is one question, and the tenants' counters are the sums of their runs."""
    counted = connection.execute(
        "SELECT tenant_id, coalesce(sum(amount) FILTER (WHERE kind = 'questions'), 0), "
        "coalesce(sum(amount) FILTER (WHERE kind = 'input_tokens'), 0) FROM tenants_usagecounter GROUP BY 1 ORDER BY 1"
    ).fetchall()
    summed = connection.execute(
        "SELECT tenant_id, count(*), sum(input_tokens) FROM nl2sql_run GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert counted == summed, "usage counters and runs differ"


def _one(connection: "psycopg.Connection[Any]", query: str, values: list[Any] | None = None) -> int:
    row = connection.execute(query, values).fetchone()
    return int(row[0]) if row else 0
