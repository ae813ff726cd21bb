"""Metadata of a knowledge entry: a few short facts to filter by. Pure."""

import math

MAX_FACTS = 16
MAX_NAME = 64
MAX_VALUE = 200


def metadata_fault(value: object) -> str | None:
    """Why it is no metadata, in one sentence; None when it is."""
    if not isinstance(value, dict):
        return 'Metadata is one object: {"team": "finance"}.'
    if len(value) > MAX_FACTS:
        return f"Metadata may have {MAX_FACTS} entries at most."
    for name, fact in value.items():
        if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or not _is_storable(name):
            return f"Names in metadata are texts of 1 to {MAX_NAME} characters."
        if isinstance(fact, str):
            if len(fact) > MAX_VALUE or not _is_storable(fact):
                return f"Texts in metadata have {MAX_VALUE} characters at most."
        elif not isinstance(fact, bool | int | float) or not _is_finite(fact):
            return "Values in metadata are texts, numbers, true or false."
    return None


def _is_storable(text: str) -> bool:
    """PostgreSQL stores neither null characters nor surrogates, and a control character is a fact of nothing."""
    return all(character >= " " and not "\ud800" <= character <= "\udfff" for character in text)


def _is_finite(number: float) -> bool:
    """JSON knows no other, and whole numbers past 15 digits come back from some clients as different ones."""
    return math.isfinite(number) and abs(number) < 10**15 if isinstance(number, float) else abs(number) < 10**15
