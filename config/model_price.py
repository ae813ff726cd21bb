"""A model's price as the operator writes it: `gpt-4.1-mini=0.40/1.60`. Pure."""

from decimal import Decimal, InvalidOperation
from typing import NamedTuple


class ModelPrice(NamedTuple):
    """Of a million tokens of one model."""

    model: str
    input: Decimal
    output: Decimal

    @classmethod
    def parse(cls, text: str) -> "ModelPrice":
        model, _, prices = text.strip().rpartition("=")
        read, _, written = prices.partition("/")
        try:
            found = cls(model=model.strip(), input=Decimal(read), output=Decimal(written))
            is_price = bool(found.model) and 0 <= found.input < 10**6 and 0 <= found.output < 10**6
        except InvalidOperation:  # no number, or one that is none
            is_price = False
        if not is_price:
            raise ValueError("must be prices, comma separated: gpt-4.1-mini=0.40/1.60")
        return found

    def __str__(self) -> str:
        return f"{self.model}={self.input}/{self.output}"
