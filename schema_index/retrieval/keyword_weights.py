"""BM25 as an inner product: what a word weighs in a text is stored, what it weighs in a question depends on how common
it is among the tenant's texts. Pure.

Stored weights take the mean length of a text as a constant, so that no text's weights depend on any other's.
"""

import math
from collections import Counter
from collections.abc import Mapping
from zlib import crc32

from schema_index.retrieval.lexical import FUNCTION_WORDS, K1, B
from schema_index.words import identifier_words, normalised, singular

DIMENSIONS = 2**29
"""Of the sparse vectors, one a word: pgvector allows 10^9. Two words of one text share one about once in a million."""

MEAN_WORDS = 80
"""Of a chunk of knowledge; longer ones are cut at 1,200 characters."""

MAX_WORDS = 4_000
"""Of one text. pgvector holds 16,000 in a sparse vector."""

MAX_QUESTION_WORDS = 64
"""Distinct ones."""


def words_of(text: str) -> list[str]:
    """In order, with repetitions: no case, no accents, singular; without the words that any question has."""
    return [singular(word) for word in normalised(identifier_words(text)).split() if word not in FUNCTION_WORDS]


def dimension_of(word: str) -> int:
    return crc32(word.encode()) % DIMENSIONS


def text_weights(text: str) -> dict[int, float]:
    """Dimension → saturated frequency, up to K1 + 1."""
    words = words_of(text)[:MAX_WORDS]
    length = 1 - B + B * len(words) / MEAN_WORDS
    return {
        dimension_of(word): round(count * (K1 + 1) / (count + K1 * length), 4) for word, count in Counter(words).items()
    }


def rarity(count: int, *, sampled: int) -> float:
    """BM25's, of a word that stands in `count` of `sampled` texts; 0 for one that is not counted, and thus rare."""
    return round(math.log(1 + (max(sampled, 1) - min(count, sampled) + 0.5) / (count + 0.5)), 4)


def coverage(text: str, question: Mapping[str, float]) -> tuple[float, tuple[str, ...]]:
    """How much of the question's weight the text holds, 0 to 1, and by which of its words."""
    held = set(words_of(text))
    shared = tuple(word for word in question if word in held)
    total = sum(question.values())
    return (round(sum(question[word] for word in shared) / total, 4) if total else 0.0), shared
