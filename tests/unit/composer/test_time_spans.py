from datetime import date

import pytest

from nl2sql.calendar_spans import Calendar
from nl2sql.generation.composer.time_spans import spans_at
from nl2sql.generation.composer.words import tokenise


def _days(words: str, calendar: Calendar) -> tuple[date, date]:
    tokens = tokenise(words)
    return spans_at(tokens)[0][len(tokens)].days(calendar)


@pytest.mark.parametrize(
    ("words", "first", "end"),
    [
        ("today", date(2026, 3, 15), date(2026, 3, 16)),
        ("yesterday", date(2026, 3, 14), date(2026, 3, 15)),
        ("this week", date(2026, 3, 9), date(2026, 3, 16)),
        ("last month", date(2026, 2, 1), date(2026, 3, 1)),
        ("the previous quarter", date(2025, 10, 1), date(2026, 1, 1)),
        ("this year", date(2026, 1, 1), date(2027, 1, 1)),
        ("last 30 days", date(2026, 2, 13), date(2026, 3, 16)),
        ("past 2 years", date(2024, 3, 15), date(2026, 3, 16)),
        ("2024", date(2024, 1, 1), date(2025, 1, 1)),
        ("March 2025", date(2025, 3, 1), date(2025, 4, 1)),
        ("December 5th, 2025", date(2025, 12, 5), date(2025, 12, 6)),
        ("2025-12-31", date(2025, 12, 31), date(2026, 1, 1)),
        ("Q4 2025", date(2025, 10, 1), date(2026, 1, 1)),
    ],
)
def test_days(words: str, first: date, end: date) -> None:
    assert _days(words, Calendar(today=date(2026, 3, 15))) == (first, end)


@pytest.mark.parametrize(
    ("words", "first", "end"),
    [
        ("this fiscal year", date(2025, 4, 1), date(2026, 4, 1)),
        ("the last financial year", date(2024, 4, 1), date(2025, 4, 1)),
        ("this fiscal quarter", date(2026, 1, 1), date(2026, 4, 1)),
        ("next fiscal quarter", date(2026, 4, 1), date(2026, 7, 1)),
        ("last year", date(2025, 1, 1), date(2026, 1, 1)),
    ],
)
def test_a_fiscal_year_begins_in_its_own_month(words: str, first: date, end: date) -> None:
    assert _days(words, Calendar(today=date(2026, 3, 15), fiscal_month=4)) == (first, end)


@pytest.mark.parametrize("words", ["2025-02-30", "last 0 days", "last 99999 days", "March", "31"])
def test_not_a_time(words: str) -> None:
    assert spans_at(tokenise(words)) == {}


def test_a_shorter_month_ends_earlier() -> None:
    assert _days("last 1 months", Calendar(today=date(2026, 3, 31))) == (date(2026, 2, 28), date(2026, 4, 1))
