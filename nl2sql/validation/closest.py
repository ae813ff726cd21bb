"""The nearest of the names a caller may see, for a hint. Hidden names never come here."""

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, names: Iterable[str]) -> str:
    """The most similar of `names`, compared without case; empty when none is similar (ratio below 0.6)."""
    by_folded = {candidate.lower(): candidate for candidate in names}
    matches = get_close_matches(name.lower()[:64], sorted(by_folded), n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else ""
