"""How long what is kept."""

from datetime import timedelta

import pytest

from tenants.retention import Retention, retention


def days(results: int | None, questions: int | None, audit: int | None) -> Retention:
    def span(number: int | None) -> timedelta | None:
        return None if number is None else timedelta(days=number)

    return Retention(results=span(results), questions=span(questions), audit=span(audit))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ((90, 400, 1100), days(90, 400, 1100)),
        ((0, 0, 0), days(None, None, None)),
        ((0, 400, 1100), days(400, 400, 1100)),
        ((90, 0, 0), days(90, None, None)),
        # Rows never outlive their question, nor a question its trail.
        ((900, 400, 30), days(400, 400, 400)),
        ((90, 0, 1100), days(90, None, None)),
    ],
)
def test_results_go_first_and_the_trail_last(given: tuple[int, int, int], kept: Retention) -> None:
    results, questions, audit = given
    assert retention(results=results, questions=questions, audit=audit) == kept
