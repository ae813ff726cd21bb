"""Which failures are worth another attempt, and after how long."""

from datetime import UTC, datetime

import pytest

from nl2sql.generation.retry import wait_before_retry
from schema_index.outbound.model_endpoint import EndpointProblem, Kind, retry_after_s


def wait(
    kind: Kind, *, failures: int = 1, left_s: float = 100, asked_s: float | None = None, jitter: float = 0.5
) -> float | None:
    problem = EndpointProblem(kind, retry_after_s=asked_s)
    return wait_before_retry(problem, failures=failures, max_attempts=4, first_wait_s=1.0, left_s=left_s, jitter=jitter)


def test_the_wait_doubles() -> None:
    assert [wait("failing", failures=failures) for failures in (1, 2, 3, 4)] == [1.0, 2.0, 4.0, None]


def test_jitter_spreads_it() -> None:
    assert (wait("busy", jitter=0.0), wait("busy", jitter=1.0)) == (0.5, 1.5)


def test_the_endpoint_may_ask_for_more_but_not_for_less() -> None:
    assert (wait("busy", asked_s=7.0), wait("busy", asked_s=0.0), wait("busy", asked_s=20.5)) == (7.0, 1.0, None)


def test_no_wait_passes_the_deadline() -> None:
    assert (wait("busy", left_s=1.1), wait("busy", left_s=1.0)) == (1.0, None)


@pytest.mark.parametrize("kind", ["exhausted", "key", "unknown", "rejected", "too_large"])
def test_what_will_not_pass_is_not_tried_again(kind: Kind) -> None:
    assert wait(kind) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", None),
        ("soon", None),
        ("5", 5.0),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after_s(header, now=datetime(2026, 11, 20, 12, tzinfo=UTC)) == seconds
