"""Tables by the words they share with a question: BM25 over words, and over character n-grams for what is misspelt,
inflected or abbreviated. Pure.

BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), with their usual k1 and b.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schema_index.schema import DatabaseSchema, Table
from schema_index.words import identifier_words, singular

Scores = NDArray[np.float32]
"""One number a table, in the schema's order; more is better."""

K1 = 1.2
B = 0.75
NAME_WEIGHT = 3
"""A table's own name counts as often as three mentions in its columns."""

GRAM_SIZES = (3, 4)
MAX_QUESTION_WORDS = 400

_FUNCTION_WORDS = """
    a all an and any are as at be been by count did display do does each every find for from get give had has have
    how i if in is it its list many me much of on or our per please return show tell than that the their them then
    there these they this those to us was we were what when where which who whom whose will with you your
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words that say how a question is asked, not what it is about."""


@dataclass(frozen=True, slots=True)
class _Postings:
    places: NDArray[np.int64]
    weights: Scores


class LexicalIndex:
    """Built once for a schema; reading it is a few dictionary look-ups a question."""

    def __init__(self, schema: DatabaseSchema) -> None:
        self._documents = [_table_words(table) for table in schema.tables]
        self._words = _postings(self._documents)
        self._grams = _postings([_grams(words) for words in self._documents])

    def held(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Of `words`, those that any table holds x tables, in their order: BM25 of each word, 0 for none."""
        found = [entry for word in words if (entry := self._words.get(word)) is not None]
        weights = np.zeros((len(found), len(self._documents)), dtype=np.float32)
        for row, entry in enumerate(found):
            weights[row, entry.places] = entry.weights
        return weights

    def grams(self, words: Sequence[str]) -> Scores:
        """BM25 of the words' n-grams."""
        scores = np.zeros(len(self._documents), dtype=np.float32)
        for gram in set(_grams(words)):
            entry = self._grams.get(gram)
            if entry is not None:
                scores[entry.places] += entry.weights
        return scores

    def shared(self, words: Sequence[str], place: int) -> list[str]:
        """Those of `words` that the table's name, columns or comments hold, in their order."""
        return [word for word in words if word in self._documents[place]]


def question_words(question: str) -> list[str]:
    """Each once, in the question's order."""
    words = identifier_words(question).split()[:MAX_QUESTION_WORDS]
    return list(dict.fromkeys(singular(word) for word in words if word not in FUNCTION_WORDS))


def _table_words(table: Table) -> list[str]:
    texts = [table.name] * NAME_WEIGHT + [table.comment, table.schema]
    for column in table.columns:
        texts += [column.name, column.comment]
    return [singular(word) for text in texts for word in identifier_words(text).split()]


def _grams(words: Iterable[str]) -> list[str]:
    return [
        word[start : start + size]
        for word in words
        for size in GRAM_SIZES
        for start in range(max(1, len(word) - size + 1) if size == GRAM_SIZES[0] else len(word) - size + 1)
    ]


def _postings(documents: Iterable[list[str]]) -> dict[str, _Postings]:
    counted = [Counter(terms) for terms in documents]
    lengths = [counts.total() for counts in counted]
    mean = sum(lengths) / max(1, len(lengths)) or 1.0
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, (counts, length) in enumerate(zip(counted, lengths, strict=True)):
        for term, frequency in counts.items():
            found[term].append((place, frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / mean))))
    return {term: _weighted(entries, count=len(counted)) for term, entries in found.items()}


def _weighted(entries: list[tuple[int, float]], *, count: int) -> _Postings:
    rarity = math.log(1 + (count - len(entries) + 0.5) / (len(entries) + 0.5))
    return _Postings(
        np.array([place for place, _ in entries], dtype=np.int64),
        np.array([weight * rarity for _, weight in entries], dtype=np.float32),
    )
