"""Values as JSON and as CSV: nothing lost, nothing that a reader or a spreadsheet would misread."""

import csv
import io
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nl2sql.execution.results import MAX_DEPTH, csv_cell, csv_lines, iso_duration, json_rows, json_value
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


def test_csv_lines() -> None:
    assert list(csv_lines(RESULT)) == [
        '"name","\'=cmd"\r\n',
        '"Ada, ""the""\nfirst","-1.50"\r\n',
        '"\'=1+1","-2"\r\n',
        '"",""\r\n',
    ]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("plain - text", "plain - text"),
        (-1, "-1"),
        (-(2**63), "-9223372036854775808"),
        (Decimal("-0.5"), "-0.5"),
        (-1.5, "-1.5"),
        (timedelta(days=-1), "'-P1D"),
        (True, "true"),
        (None, ""),
        (["=1"], '["=1"]'),
        ({"a": "☕"}, '{"a": "☕"}'),
    ],
)
def test_cells_a_spreadsheet_would_run_are_made_text(value: object, cell: str) -> None:
    assert csv_cell(value) == cell


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=4))
def test_any_text_survives_a_csv_reader(values: list[str]) -> None:
    result = ResultSet(
        columns=tuple(ResultColumn(name="c", kind="text") for _ in values),
        rows=(tuple(values),),
        truncated=False,
        elapsed_ms=0,
    )
    (_, row) = csv.reader(io.StringIO("".join(csv_lines(result)), newline=""))

    assert [cell.removeprefix("'") for cell in row] == [value.removeprefix("'") for value in values]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in row)
