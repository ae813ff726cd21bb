"""What a model's tokens cost, in the one currency that the installation keeps its prices in. Pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MILLION = 1_000_000
PLACES = Decimal("0.00000001")
"""A hundredth of a millionth: a token of the cheapest models costs about five of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Of a million tokens each; 0 for a model that costs nothing to ask."""

    input: Decimal
    output: Decimal

    def of(self, *, input_tokens: int, output_tokens: int) -> Decimal:
        cost = (self.input * input_tokens + self.output * output_tokens) / MILLION
        return cost.quantize(PLACES, rounding=ROUND_HALF_UP)


def money_text(amount: Decimal | None) -> str | None:
    """As the API gives it: decimal digits without an exponent or trailing zeros."""
    return None if amount is None else format(amount.normalize() + 0, "f")
