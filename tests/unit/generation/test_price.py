"""Prices and costs: exact, and never invented."""

from decimal import Decimal

import pytest

from config.model_price import ModelPrice
from nl2sql.generation.base import Usage
from nl2sql.generation.price import Price, money_text

PRICE = Price(input=Decimal("0.40"), output=Decimal("1.60"))


def test_a_cost_is_exact_to_a_hundredth_of_a_millionth() -> None:
    assert PRICE.of(input_tokens=100, output_tokens=10) == Decimal("0.000056")
    assert PRICE.of(input_tokens=1_000_000, output_tokens=1_000_000) == Decimal(2)
    tiny = Price(input=Decimal("0.01"), output=Decimal(0))
    assert tiny.of(input_tokens=1, output_tokens=9) == Decimal("0.00000001")


@pytest.mark.parametrize(
    ("amount", "text"),
    [(None, None), (Decimal(0), "0"), (Decimal("0.00005600"), "0.000056"), (Decimal("1E+2"), "100")],
)
def test_money_is_text_without_an_exponent(amount: Decimal | None, text: str | None) -> None:
    assert money_text(amount) == text


def test_a_sum_with_an_unknown_part_is_unknown_and_where_nobody_was_asked_nothing_is_added() -> None:
    one = Usage(model="m", input_tokens=100, output_tokens=10, cost=Decimal("0.5"))
    assert Usage().plus(one) == one == one.plus(Usage())
    assert one.plus(one) == Usage(model="m", input_tokens=200, output_tokens=20, cost=Decimal(1))
    assert one.plus(Usage(model="m", input_tokens=1)).cost is None
    assert Usage().plus(Usage()) == Usage()


def test_prices_are_read_with_names_of_any_kind() -> None:
    assert ModelPrice.parse(" qwen/qwen3:8b=0.1/0 ") == ("qwen/qwen3:8b", Decimal("0.1"), Decimal(0))
    for wrong in ("m", "m=1", "=1/2", "m=a/b", "m=-1/2", "m=nan/1", "m=1/inf"):
        with pytest.raises(ValueError, match="must be prices"):
            ModelPrice.parse(wrong)
