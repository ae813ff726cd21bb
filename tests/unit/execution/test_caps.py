from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from config.environment import Environment
from nl2sql.execution.caps import caps
from schema_index.connectors.base import Limits

CEILING = {"query_timeout_ms": 15_000, "query_max_rows": 1_000, "query_max_bytes": 8_000_000, "query_max_cost": None}


def test_without_wishes_the_ceiling_holds(change_environment: Callable[..., Environment]) -> None:
    change_environment(**CEILING)

    assert caps() == Limits(deadline_ms=15_000, max_rows=1_000, max_bytes=8_000_000)
    assert caps(max_rows=50) == Limits(deadline_ms=15_000, max_rows=50, max_bytes=8_000_000)


@given(st.integers(-1, 10**6))
def test_nothing_raises_what_another_lowered(rows: int) -> None:
    assert 1 <= caps(max_rows=rows).max_rows <= caps().max_rows
