"""Is this question one only after another: "and for Lyon?", "only 2025", "by month instead"? Pure.

Wrong in either direction costs little with a model, which decides for itself; the composer, which cannot carry anything
over, refuses what looks like a fragment rather than answer it as if it stood alone.
"""

import re

_WORD = re.compile(r"[^\W_]+(?:['\u2019.-][^\W_]+)*")
_FEW = 2
"""A name, a year, "last month": words of which a conversation makes a question."""

_CONNECTIVES = frozenset(
    {"and", "or", "but", "only", "also", "just", "now", "then", "same", "instead", "again", "without", "except", "plus"}
    | {"excluding", "including", "sorted", "ordered", "grouped", "split", "broken", "rather", "no", "not", "yes", "ok"}
)
_PREPOSITIONS = frozenset(
    {"in", "for", "by", "per", "of", "from", "with", "since", "before", "after", "between", "during", "on", "as", "to"}
    | {"over", "under", "above", "below", "until", "at", "among"}
)
_ASKING = frozenset(
    {"how", "what", "which", "who", "whose", "when", "where", "list", "show", "give", "find", "count", "tell", "get"}
    | {"display", "return", "is", "are", "do", "does", "did", "compare", "calculate"}
)
_SUMMING = frozenset({"total", "average", "sum", "number", "maximum", "minimum"})
_SPANS = frozenset({"day", "week", "month", "quarter", "year", "fiscal", "financial", "morning", "calendar"})
_POINTING = re.compile(
    r"^(?:(?:what|how) about|(?:sort|order|group|split|break|filter|limit) (?:by|it|them|this|that|down|to)\b"
    r"|(?:which|how many) (?:were|are|was|is|in|from|have|had|has|did|for|by|of (?!the\b)))"
)
_LOOKS_BACK_WITHIN = 5


def is_fragment(question: str) -> bool:
    """Whether it leaves to the question before what it is about."""
    words = [word.lower() for word in _WORD.findall(question)]
    if len(words) <= _FEW and not (words and words[0] in _ASKING | _SUMMING):
        return True
    if words[0] in _CONNECTIVES or "instead" in words or _POINTING.match(" ".join(words)):
        return True
    if words[0] in _PREPOSITIONS and not _ASKING & {*words}:
        return True
    if words[-1] == "again":
        return True
    lead = zip(["", *words], words[:_LOOKS_BACK_WITHIN], [*words[1:], ""], strict=False)
    return any(_points_back(before, word, after) for before, word, after in lead)


def _points_back(before: str, word: str, after: str) -> bool:
    """Not so "this year", "customers that ordered" and "those who paid"."""
    if word == "this":
        return after not in _SPANS
    if word == "that":
        return before in _PREPOSITIONS
    if word in {"those", "these"}:
        return after not in {"who", "that", "with", "which", "whose"}
    return word in {"them", "they", "it", "ones"}
