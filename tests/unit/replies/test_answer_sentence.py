from decimal import Decimal
from typing import Any

import pytest

from nl2sql.replies.answer_sentence import answer_sentence, said_name
from schema_index.connectors.base import ResultColumn, ResultSet
from schema_index.schema import ColumnKind


def found(*rows: tuple[Any, ...], kinds: tuple[ColumnKind, ...] = ("text", "integer"), truncated: bool = False) -> str:
    names = ("city", "number_of_orders")
    columns = tuple(ResultColumn(name=name, kind=kind) for name, kind in zip(names, kinds, strict=True))
    return answer_sentence(ResultSet(columns=columns, rows=rows, truncated=truncated, elapsed_ms=1))


LYON, TURIN, PARIS = ("Lyon", 5), ("Turin", 2), ("Paris", 9)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Decimal("9.583333333333"), "about 9.5833"),
        (Decimal("9.50000"), "9.5"),
        (7, "7"),
        (None, "null"),
        ("7.0", "7.0"),
    ],
)
def test_one_value_is_said(value: Any, said: str) -> None:
    columns = (ResultColumn(name="average_price", kind="number"),)
    result = ResultSet(columns=columns, rows=((value,),), truncated=False, elapsed_ms=1)
    assert answer_sentence(result) == f"Average price: {said}"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (found(LYON, TURIN, PARIS), "3 rows: number of orders from 2 (Turin) to 9 (Paris)."),
        (found(LYON, TURIN), "2 rows."),
        (found(LYON, TURIN, PARIS, truncated=True), "more than 3 rows."),
        (found(LYON, TURIN, ("Paris", None)), "3 rows."),
        (found(LYON, ("Turin", 5), ("Paris", 5)), "3 rows."),
        (found(LYON, TURIN, ("Paris", float("nan"))), "3 rows."),
        (
            found(
                ("Lyon", Decimal("1.50")), (None, Decimal("0.25")), ("Paris", Decimal("9")), kinds=("text", "number")
            ),
            "3 rows: number of orders from 0.25 (null) to 9 (Paris).",
        ),
        (
            found(
                ("Lyon", Decimal("3.50270270270")),
                ("Turin", 4.5),
                ("Paris", Decimal("0.00004")),
                kinds=("text", "number"),
            ),
            "3 rows: number of orders from 0.00004 (Paris) to 4.5 (Turin).",
        ),
        (
            found(
                ("Lyon", Decimal("3.50270270270")),
                ("Turin", Decimal("4.40000000")),
                ("Paris", 4),
                kinds=("text", "number"),
            ),
            "3 rows: number of orders from about 3.5027 (Lyon) to 4.4 (Turin).",
        ),
        (found((1, 5), (2, 2), (3, 9), kinds=("integer", "integer")), "3 rows."),
    ],
)
def test_rows_are_told_by_their_least_and_greatest(sentence: str, expected: str) -> None:
    assert sentence == expected


@pytest.mark.parametrize(
    ("name", "said"), [("number_of_orders", "Number of orders"), ("COUNT(*)", "COUNT(*)"), ("_", "_"), ("n", "N")]
)
def test_names_are_said_as_words(name: str, said: str) -> None:
    assert said_name(name) == said
