"""Values as JSON and as CSV: nothing lost, nothing that a reader or a spreadsheet would misread."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import pytest

from nl2sql.execution.results import MAX_DEPTH, iso_duration, json_rows, json_value
from schema_index.connectors.base import ResultColumn, ResultSet


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        ("text", "text"),
        (2**53 - 1, 2**53 - 1),
        (2**53, "9007199254740992"),
        (-(2**63), "-9223372036854775808"),
        (1.5, 1.5),
        (float("nan"), None),
        (float("-inf"), None),
        (Decimal("10.50"), "10.50"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("NaN"), None),
        (date(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29, 12, 30, tzinfo=UTC), "2024-02-29T12:30:00+00:00"),
        (time(12, 30, 0, 5), "12:30:00.000005"),
        (timedelta(days=1, hours=2), "P1DT2H"),
        (b"\x00\xff", "AP8="),
        (memoryview(b"\x00\xff"), "AP8="),
        (UUID("5d3c3f2e-0000-4000-8000-000000000001"), "5d3c3f2e-0000-4000-8000-000000000001"),
        (ip_address("10.0.0.1"), "10.0.0.1"),
        ([1, [Decimal("2.0"), None]], [1, ["2.0", None]]),
        ({"a": {1: b"\x00"}}, {"a": {"1": "AA=="}}),
        ((1, "row"), [1, "row"]),
    ],
)
def test_json_values(value: object, expected: object) -> None:
    assert json_value(value) == expected


def test_depth_is_bounded() -> None:
    value: Any = "core"
    for _ in range(10_000):
        value = [value]

    text = json.dumps(json_value(value))

    assert text == "[" * MAX_DEPTH + '"\\u2026"' + "]" * MAX_DEPTH


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (timedelta(0), "PT0S"),
        (timedelta(days=400), "P400D"),
        (timedelta(hours=26, seconds=3), "P1DT2H3S"),
        (timedelta(minutes=5), "PT5M"),
        (timedelta(milliseconds=500), "PT0.5S"),
        (timedelta(days=-1, hours=-2), "-P1DT2H"),
        (timedelta(microseconds=-1), "-PT0.000001S"),
    ],
)
def test_durations(value: timedelta, expected: str) -> None:
    assert iso_duration(value) == expected


RESULT = ResultSet(
    columns=(ResultColumn(name="name", kind="text"), ResultColumn(name="=cmd", kind="number")),
    rows=(('Ada, "the"\nfirst', Decimal("-1.50")), ("=1+1", -2), (None, float("nan"))),
    truncated=False,
    elapsed_ms=1,
)


def test_rows_keep_their_shape() -> None:
    assert json_rows(RESULT) == [['Ada, "the"\nfirst', "-1.50"], ["=1+1", -2], [None, None]]
