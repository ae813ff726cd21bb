"""Which statements find the same rows."""

from typing import Any

from nl2sql.answering.candidates import Candidate, groups_of
from nl2sql.generation.base import Draft
from nl2sql.validation.verdict import Accepted
from schema_index.connectors.base import ResultColumn, ResultSet


def candidate(sql: str, *rows: tuple[Any, ...], truncated: bool = False) -> Candidate:
    columns = tuple(ResultColumn(name=f"c{place}", kind="other") for place in range(len(rows[0]) if rows else 0))
    return Candidate(
        draft=Draft(sql=sql, generator="m"),
        accepted=Accepted(sql=sql, dialect="sqlite", tables=(), columns=(), row_limit=10),
        result=ResultSet(columns=columns, rows=rows, truncated=truncated, elapsed_ms=1),
    )


def test_rows_agree_in_any_order_of_rows_and_columns() -> None:
    one = candidate("1", (1, "a"), (2, "b"))
    same = candidate("2", ("b", 2), ("a", 1))
    other = candidate("3", (1, "a"), (1, "a"))

    assert groups_of([one, other, same]) == ((one, same), (other,))


def test_of_rows_that_were_cut_only_the_same_text_agrees() -> None:
    one = candidate("1", (1,), truncated=True)
    same = candidate("1", (2,), truncated=True)
    other = candidate("2", (1,), truncated=True)

    assert groups_of([one, other, same]) == ((one, same), (other,))
