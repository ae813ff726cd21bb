"""Stored results as CSV: RFC 4180, and nothing that a spreadsheet would run."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nl2sql.replies.export import FORMULA_STARTS, csv_lines


def exported(*rows: list[Any], columns: tuple[tuple[str, str], ...] = (("cell", "text"),)) -> list[str]:
    return list(csv_lines({"columns": [{"name": name, "type": kind} for name, kind in columns], "rows": list(rows)}))


@pytest.mark.parametrize(
    ("cell", "kind", "line"),
    [
        ("Ada", "text", '"Ada"'),
        (None, "text", '""'),
        ("", "text", '""'),
        ('say "hi", you', "text", '"say ""hi"", you"'),
        ("two\r\nlines", "text", '"two\r\nlines"'),
        (True, "boolean", '"true"'),
        (False, "boolean", '"false"'),
        (-5, "integer", '"-5"'),
        (1.5e-7, "number", '"1.5e-07"'),
        ("-12.50", "number", '"-12.50"'),
        ("9223372036854775807", "integer", '"9223372036854775807"'),
        ({"a": [1, "é"]}, "json", '"{""a"": [1, ""é""]}"'),
        ([1, None], "array", '"[1, null]"'),
        ("=1+1", "text", '"\'=1+1"'),
        ("+1", "text", '"\'+1"'),
        ("-1", "text", '"\'-1"'),
        ("@SUM(A1)", "text", '"\'@SUM(A1)"'),
        ("\t=1", "text", '"\'\t=1"'),
        ("\r=1", "text", '"\'\r=1"'),
        ("\n=1", "text", '"\'\n=1"'),
        ("=cmd|'/c calc'!A0", "integer", "\"'=cmd|'/c calc'!A0\""),
        ("-1+cmd|'/c calc'!A0", "number", "\"'-1+cmd|'/c calc'!A0\""),
        ("-1+1", "number", '"\'-1+1"'),
        ("a=1", "text", '"a=1"'),
    ],
)
def test_cells(cell: Any, kind: str, line: str) -> None:
    assert exported([cell], columns=(("cell", kind),)) == ['"cell"\r\n', f"{line}\r\n"]


def test_names_of_columns_are_neutralised_too() -> None:
    assert exported(columns=(("=HYPERLINK(1)", "text"), ("n", "integer"))) == ['"\'=HYPERLINK(1)","n"\r\n']


@given(st.lists(st.lists(st.one_of(st.none(), st.text(), st.integers(), st.booleans()), min_size=3, max_size=3)))
def test_every_reader_gets_the_cells_back_and_no_formula(rows: list[list[Any]]) -> None:
    columns = (("a", "text"), ("b", "text"), ("c", "text"))

    read = list(csv.reader(io.StringIO("".join(exported(*rows, columns=columns)), newline="")))

    assert read[0] == ["a", "b", "c"]
    assert len(read) == len(rows) + 1
    for row, cells in zip(rows, read[1:], strict=True):
        for value, cell in zip(row, cells, strict=True):
            text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            assert cell in (text, f"'{text}")
            assert not cell.startswith(FORMULA_STARTS)
