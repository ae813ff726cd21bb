"""The part of a text that shows why it was found. Pure."""

import unicodedata
from collections.abc import Sequence

from schema_index.retrieval.keyword_weights import words_of

MAX_CHARACTERS = 240
BEFORE = 60
MAX_SCANNED = 20_000


def snippet(text: str, *, words: Sequence[str]) -> str:
    """One line of at most 240 characters around the first of `words`, or the beginning; an ellipsis where it is cut."""
    shown = "".join(one if unicodedata.category(one)[0] != "C" else " " for one in text[:MAX_SCANNED])
    parts = shown.split()
    wanted = set(words)
    place = next((number for number, part in enumerate(parts) if wanted.intersection(words_of(part))), 0)
    start, used = place, 0
    while start > 0 and used + len(parts[start - 1]) + 1 <= BEFORE:
        start -= 1
        used += len(parts[start]) + 1
    line = f"{'… ' if start else ''}{' '.join(parts[start:])}"
    return line if len(line) <= MAX_CHARACTERS else line[: MAX_CHARACTERS - 1].rstrip() + "…"
