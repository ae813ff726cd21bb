"""A statement that is stopped is gone within a second, here and in the engine, proven on each."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from schema_index.connectors import kept_children
from tenants.cancellation import Cancellation, Cancelled, DeadlineExceeded
from tests.connectors.conftest import Target

ENDLESS = {
    "postgres": "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
    "mysql": "SELECT count(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b",
    # One opcode, in which no handler is asked.
    "sqlite": "SELECT instr(printf('%.*c', 900000, 'a'), printf('%.*c', 450000, 'a') || 'b')",
    "duckdb": "SELECT levenshtein(repeat('ab', 500000), repeat('ba', 500000))",
}

_AT_WORK = {
    "postgres": "SELECT count(*) FROM pg_stat_activity WHERE query = %s AND state = 'active'",
    "mysql": "SELECT COUNT(*) FROM information_schema.processlist WHERE info = %s",
}


def at_work(target: Target, statement: str) -> int:
    """How many sessions or processes run the statement, asked past our own code."""
    if target.dialect in ("sqlite", "duckdb"):
        return sum(f"{target.dialect}_child" in " ".join(child.cmdline()) for child in psutil.Process().children())
    ((count,),) = target.raw(_AT_WORK[target.dialect], (statement,))
    return int(count)


def until(wanted: bool, target: Target, statement: str) -> bool:
    ends_at = time.monotonic() + 5
    while (found := bool(at_work(target, statement))) != wanted and time.monotonic() < ends_at:
        pass
    return found == wanted


@contextmanager
def stopped_at_work(target: Target, statement: str) -> Iterator[tuple[Cancellation, list[float]]]:
    """Cancelled once the engine is seen at work; with the moment of that."""
    stop = Cancellation()
    moments: list[float] = []
    kept_children.end_all()  # they are at work on nothing

    def watch() -> None:
        until(True, target, statement)
        moments.append(time.monotonic())
        stop.cancel()

    thread = threading.Thread(target=watch)
    thread.start()
    yield stop, moments
    thread.join()


def test_a_stopped_statement_is_gone_within_a_second(target: Target) -> None:
    statement = ENDLESS[target.dialect]

    with stopped_at_work(target, statement) as (stop, moments), pytest.raises(Cancelled):
        target.read(statement, deadline_ms=30_000, cancellation=stop)

    # 0.02 to 0.1 s on an idle machine; the statements would run for half a minute or for ever.
    assert time.monotonic() - moments[0] < 3
    assert until(False, target, statement)
    with pytest.raises(Cancelled):
        target.read("SELECT 1", deadline_ms=30_000, cancellation=stop)


def test_a_deadline_of_the_whole_is_no_timeout_of_the_statement(target: Target) -> None:
    with pytest.raises(DeadlineExceeded):
        target.read(ENDLESS[target.dialect], deadline_ms=30_000, cancellation=Cancellation(deadline_ms=300))


def test_a_statement_that_nobody_stops_has_its_rows(target: Target) -> None:
    result = target.read("SELECT id FROM people ORDER BY id", max_rows=10, cancellation=Cancellation())

    assert result.rows == ((1,), (2,), (3,))
