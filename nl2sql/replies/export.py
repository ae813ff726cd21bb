"""A stored result as CSV (RFC 4180). Pure."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from nl2sql.execution.results import NUMBERS

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet runs a cell that starts so (OWASP, CSV Injection)."""

_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def csv_lines(result: dict[str, Any]) -> Iterator[str]:
    """Header first, each line ending in CRLF; null is empty. Every cell is quoted: a spreadsheet may split at
    semicolons too. `result` is the reply's `result`.
    """
    names = [column["name"] for column in result["columns"]]
    numeric = [column["type"] in NUMBERS for column in result["columns"]]
    yield csv_line([text_cell(name) for name in names])
    for row in result["rows"]:
        yield csv_line([_cell(value, is_number=is_number) for value, is_number in zip(row, numeric, strict=True)])


def _cell(value: Any, *, is_number: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # Decimals and large integers are stored as strings; their column says that they are numbers.
    return text if is_number and _PLAIN_NUMBER.fullmatch(text) else text_cell(text)


def text_cell(text: str) -> str:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_line(cells: Sequence[str]) -> str:
    """Cells as they are, all quoted."""
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerow(cells)
    return buffer.getvalue()
