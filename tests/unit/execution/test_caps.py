import pytest
from hypothesis import given
from hypothesis import strategies as st

from nl2sql.execution.caps import LEAST_DEADLINE_MS, caps
from schema_index.connectors.base import Limits

CEILING = Limits(deadline_ms=15_000, max_rows=1_000, max_bytes=8_000_000)

LIMITS = st.builds(
    Limits, deadline_ms=st.integers(100, 60_000), max_rows=st.integers(1, 10_000), max_bytes=st.integers(1, 10**8)
)


def test_without_wishes_the_ceiling_holds() -> None:
    assert caps(CEILING) == CEILING


def test_each_bound_is_the_least_of_all() -> None:
    source = Limits(deadline_ms=20_000, max_rows=500, max_bytes=1_000)

    assert caps(CEILING, source=source, max_rows=50, remaining_ms=4_000) == Limits(
        deadline_ms=4_000, max_rows=50, max_bytes=1_000
    )


@pytest.mark.parametrize("remaining_ms", [-5, 0, 99])
def test_a_statement_gets_time_to_open_its_session(remaining_ms: int) -> None:
    assert caps(CEILING, remaining_ms=remaining_ms).deadline_ms == LEAST_DEADLINE_MS


@given(LIMITS, LIMITS, st.integers(-1, 10**6), st.integers(-1, 10**6))
def test_nothing_raises_what_another_lowered(ceiling: Limits, source: Limits, rows: int, remaining: int) -> None:
    capped = caps(ceiling, source=source, max_rows=rows, remaining_ms=remaining)

    assert capped.deadline_ms <= min(ceiling.deadline_ms, source.deadline_ms)
    assert 1 <= capped.max_rows <= min(ceiling.max_rows, source.max_rows)
    assert capped.max_bytes == min(ceiling.max_bytes, source.max_bytes)
