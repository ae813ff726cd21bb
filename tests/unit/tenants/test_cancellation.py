"""A word to stop is heard once, by everybody who waits, and by nobody who has left."""

import threading
import time

import pytest

from tenants.cancellation import NEVER, Cancellation, Cancelled, DeadlineExceeded
from tenants.until_cancelled import until_cancelled


def test_the_first_reason_stands() -> None:
    stop = Cancellation()
    assert (stop.reason, stop.is_cancelled, stop.remaining_ms) == (None, False, None)
    stop.raise_if_cancelled()

    stop.cancel()
    stop.cancel("deadline_exceeded")

    assert (stop.reason, stop.is_cancelled) == ("cancelled", True)
    with pytest.raises(Cancelled) as raised:
        stop.raise_if_cancelled()
    assert raised.value.code == "cancelled"


def test_a_callback_is_called_inside_its_block_alone() -> None:
    stop = Cancellation()
    heard: list[str] = []
    with stop.on_cancel(lambda: heard.append("left")):
        pass

    with stop.on_cancel(lambda: heard.append("waits")), stop.on_cancel(lambda: heard.append("waits too")):
        stop.cancel()
    with stop.on_cancel(lambda: heard.append("late")):
        assert heard == ["waits", "waits too", "late"]


def test_a_deadline_wakes_who_waits_and_tells_who_asks() -> None:
    waiting, asked = Cancellation(deadline_ms=50), Cancellation(deadline_ms=0)
    woken = threading.Event()

    with waiting.on_cancel(woken.set):
        assert woken.wait(5)

    assert waiting.reason == asked.reason == "deadline_exceeded"
    with pytest.raises(DeadlineExceeded):
        Cancellation(deadline_ms=50).wait(60)


def test_work_is_left_behind_and_what_it_brings_too_late_is_given_up() -> None:
    stop, end, given_up = Cancellation(), threading.Event(), threading.Event()
    results: list[str] = []

    def work() -> str:
        stop.cancel()
        end.wait(5)
        return "late"

    def discard(result: str) -> None:
        results.append(result)
        given_up.set()

    started = time.monotonic()
    with pytest.raises(Cancelled):
        until_cancelled(work, cancellation=stop, discard=discard)
    assert time.monotonic() - started < 3

    end.set()
    assert given_up.wait(5)
    assert results == ["late"]


@pytest.mark.parametrize("cancellation", [NEVER, Cancellation()])
def test_work_that_nobody_stops_returns_or_raises(cancellation: Cancellation) -> None:
    assert until_cancelled(lambda: 7, cancellation=cancellation) == 7
    with pytest.raises(ZeroDivisionError):
        until_cancelled(lambda: 1 // 0, cancellation=cancellation)


def test_what_is_shared_by_everybody_cannot_be_stopped() -> None:
    with pytest.raises(RuntimeError, match="shared"):
        NEVER.cancel()
