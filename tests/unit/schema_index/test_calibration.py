from hypothesis import given
from hypothesis import strategies as st

from schema_index.retrieval.calibration import FEWEST, HIGHEST, KEPT, LOWEST, Calibrated, TooFew, at, calibrate

SIMILARITIES = st.lists(st.floats(-1, 1), min_size=FEWEST, max_size=200)


def test_the_threshold_is_the_highest_that_keeps_enough() -> None:
    needed = [0.1, 0.31] + [0.4] * 38
    assert calibrate(needed, [0.2, 0.35]) == Calibrated(threshold=0.4, kept=0.95, refused=1.0)
    assert at(0.2, needed, []) == Calibrated(threshold=0.2, kept=0.975, refused=None)


def test_few_questions_say_nothing() -> None:
    assert calibrate([0.5] * (FEWEST - 1), []) == TooFew(known=FEWEST - 1)


@given(SIMILARITIES)
def test_enough_is_kept_within_the_bounds(needed: list[float]) -> None:
    found = calibrate(needed, [])
    assert isinstance(found, Calibrated)
    assert LOWEST <= found.threshold <= HIGHEST
    assert found.kept >= KEPT - 1e-9 or found.threshold == LOWEST
