"""Splits identifiers and text into comparable words. Pure."""

import re
import unicodedata

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")


def identifier_words(name: str) -> str:
    """`orderItems`, `ORDER_ITEMS` and `order items` all become `order items`."""
    return " ".join(_WORD.findall(_CAMEL.sub(" ", name).lower()))


def normalised(text: str) -> str:
    """Lower-case words with single spaces, without accents: how values and questions meet."""
    if not text.isascii():
        text = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(_WORD.findall(text.casefold()))


def singular(word: str) -> str:
    """Without a plural s: rough, and alike for questions and names, which is what counts."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
