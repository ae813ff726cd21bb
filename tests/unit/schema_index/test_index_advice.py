from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_index.vector_index.advice import (
    BUILD_ABOVE,
    DROP_BELOW,
    Action,
    SpaceIndex,
    advise_space,
    advise_table,
    expected_bytes,
)

SMALL = SpaceIndex(model="m", dimension=384, vectors=BUILD_ABOVE)
FRESH = expected_bytes(vectors=50_000, dimension=384)


@pytest.mark.parametrize(
    ("state", "action"),
    [
        (SMALL, Action.NOTHING),
        (replace(SMALL, vectors=BUILD_ABOVE + 1), Action.BUILD),
        (replace(SMALL, vectors=BUILD_ABOVE + 1, dimension=4_096), Action.NOTHING),
        (replace(SMALL, vectors=DROP_BELOW - 1, index_bytes=10), Action.DROP),
        (replace(SMALL, vectors=0, index_bytes=10), Action.DROP),
        (replace(SMALL, vectors=50_000, index_bytes=FRESH), Action.NOTHING),
        (replace(SMALL, vectors=50_000, index_bytes=3 * FRESH), Action.REINDEX),
        (replace(SMALL, pending=3, oldest_pending_s=9.0), Action.EMBED),
        (replace(SMALL, vectors=BUILD_ABOVE + 1, pending=3), Action.BUILD),
    ],
)
def test_advice(state: SpaceIndex, action: Action) -> None:
    assert advise_space(state).action is action


def test_advice_gives_its_reason() -> None:
    assert advise_space(replace(SMALL, pending=3, oldest_pending_s=9.0)).reason == (
        "3 chunks wait for a vector, the first for 9 s"
    )
    assert advise_space(replace(SMALL, vectors=50_000, index_bytes=3 * FRESH)).reason == (
        "the index has 3.0 times the bytes it needs"
    )


@given(st.integers(0, 5_000))
def test_no_size_is_built_and_dropped_in_turns(vectors: int) -> None:
    bare = replace(SMALL, vectors=vectors)
    if advise_space(bare).action is Action.BUILD:
        built = replace(bare, index_bytes=expected_bytes(vectors=vectors, dimension=384))
        assert advise_space(built).action is Action.NOTHING


@pytest.mark.parametrize(("live", "dead", "action"), [(10, 900, "nothing"), (10_000, 2_100, "vacuum")])
def test_vacuum_is_advised_for_many_dead_rows(live: int, dead: int, action: str) -> None:
    assert advise_table(live_rows=live, dead_rows=dead).action == action
