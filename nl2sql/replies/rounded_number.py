"""A number's text, shortened for reading. Pure."""

import re
from decimal import Decimal

MAX_DECIMALS = 4
"""As many decimals are read at a glance; of a number below one, as many digits."""

_PLAIN = re.compile(r"-?\d+\.\d+")


def rounded(exact: str) -> str:
    """As it is where it is short, whole, or no plain decimal number. Zeros that end a long one go."""
    if not _PLAIN.fullmatch(exact):
        return exact
    number, decimals = Decimal(exact), len(exact.partition(".")[2])
    leading_zeros = max(0, -1 - number.adjusted()) if number else 0
    places = MAX_DECIMALS + leading_zeros
    if decimals <= places:
        return exact
    text = f"{number:.{places}f}"
    return text.rstrip("0").rstrip(".") if Decimal(text) == number else text


def is_same_number(text: str, exact: str) -> bool:
    """Of a number's own texts."""
    return text == exact or Decimal(text) == Decimal(exact)
