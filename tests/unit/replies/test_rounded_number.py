"""Long decimals for reading: short ones stay, and none becomes another number unseen."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nl2sql.replies.result_order import Order
from nl2sql.replies.rounded_number import is_same_number, rounded
from nl2sql.web.result_table import Cell, table_view


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("3.3333333333333335", "3.3333"),
        ("2.5000000000000000", "2.5"),
        ("3.0000000000", "3"),
        ("12.50", "12.50"),
        ("-1234567.891234", "-1234567.8912"),
        ("0.000123456", "0.0001235"),
        ("0.00004", "0.00004"),
        ("0.0000000", "0"),
        ("9.99999", "10.0000"),
        ("12345678901234567890", "12345678901234567890"),
        ("1e-07", "1e-07"),
        ("null", "null"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_rounded(exact: str, shown: str) -> None:
    assert rounded(exact) == shown


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12))
def test_what_is_shown_is_near_and_says_where_it_is_not_the_same(number: Decimal) -> None:
    exact = format(number, "f")
    shown = Decimal(rounded(exact))
    assert abs(shown - number) <= max(abs(number), Decimal("1e-12")) * Decimal("0.0005")
    assert is_same_number(rounded(exact), exact) == (shown == number)


def test_a_table_keeps_the_exact_number_beside_it() -> None:
    result = {
        "columns": [{"name": "name", "type": "text"}, {"name": "mean", "type": "number"}],
        "rows": [["1.23456789", 1.23456789]],
    }
    table = table_view(result, order=Order())
    assert table.rows == (
        (
            Cell(text="1.23456789", exact="", is_null=False, is_number=False),
            Cell(text="1.2346", exact="1.23456789", is_null=False, is_number=True),
        ),
    )
    assert table.is_rounded
