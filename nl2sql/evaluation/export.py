"""An evaluation's cases as CSV lines or JSON, for other tools. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nl2sql.replies.export import csv_line, text_cell

COLUMNS = (
    *("number", "key", "question", "source_slug", "is_answerable", "verdict", "status", "detail", "sql", "golds"),
    *("full_rank", "input_tokens", "output_tokens", "cost", "steps", "violations", "run_id"),
)


def case_csv(cases: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A header, then a line a case; cells that a spreadsheet would take for formulas are made text."""
    yield csv_line(COLUMNS)
    for case in cases:
        yield csv_line([text_cell(_text(case[name])) for name in COLUMNS])


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case list():
            return "\n".join(str(item) for item in value)
        case dict():
            return "; ".join(f"{name}={item}" for name, item in value.items())
        case _:
            return str(value)
