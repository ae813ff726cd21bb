"""When a failed round is tried again."""

from hypothesis import given
from hypothesis import strategies as st

from schema_index.embedding.retry import (
    LONGEST_DELAY_S,
    MAX_RETRIES,
    AskAgain,
    LeavePending,
    after_failure,
)


def test_delays_double_from_two_seconds_and_come_to_an_end() -> None:
    steps = [after_failure(retries=n, has_progressed=False, asked_s=0, spread=0) for n in range(MAX_RETRIES + 1)]
    assert steps == [
        *(AskAgain(delay_s=delay, retries=n) for n, delay in enumerate((2, 4, 8, 16, 32), start=1)),
        LeavePending(),
    ]


def test_an_endpoint_that_says_when_is_asked_no_sooner() -> None:
    assert after_failure(retries=0, has_progressed=False, asked_s=60, spread=0.5) == AskAgain(delay_s=90, retries=1)
    assert after_failure(retries=0, has_progressed=False, asked_s=86_400, spread=0) == AskAgain(
        delay_s=LONGEST_DELAY_S, retries=1
    )


@given(retries=st.integers(0, 100), asked=st.floats(0, 1e6), spread=st.floats(0, 1))
def test_progress_starts_the_count_anew_and_jitter_only_adds(retries: int, asked: float, spread: float) -> None:
    step = after_failure(retries=retries, has_progressed=True, asked_s=asked, spread=spread)
    assert isinstance(step, AskAgain)
    assert step.retries == 1
    assert min(max(2.0, asked), LONGEST_DELAY_S) <= step.delay_s <= LONGEST_DELAY_S
