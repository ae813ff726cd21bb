"""Which verified questions are most like the one asked, by the words they share. Pure."""

from collections.abc import Iterable

from nl2sql.reuse.reading import Reading, reading
from nl2sql.reuse.reuse import Verified

MAX_EXAMPLES = 3
SHARED_AT_LEAST = 0.3
"""Of the words of both; below, a statement over other tables would mislead more than help."""


def closest(question: str, *, known: Iterable[Verified]) -> tuple[Verified, ...]:
    """Most alike first, by the share of words in common (Jaccard); numbers, dates and quotations do not count."""
    words = _words(reading(question))
    scored = [(_share(words, _words(reading(one.question))), one) for one in known]
    fitting = sorted(
        ((share, one) for share, one in scored if share >= SHARED_AT_LEAST), key=lambda pair: (-pair[0], pair[1].id)
    )
    return tuple(one for _, one in fitting)


def _words(read: Reading) -> frozenset[str]:
    return frozenset(token.text.casefold() for token in read.tokens if token.kind in ("word", "name"))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0
