"""Tables by the words they share with a question: BM25 over words, and over character n-grams for what is misspelt,
inflected or abbreviated. Pure.

BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), with their usual k1 and b.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from schema_index.retrieval.table_names import TableNames
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
        self._known = [frozenset(words) for words in self._documents]
        self._names = TableNames(schema)

    def held(self, question: str) -> NDArray[np.float32]:
        """Question words that any table holds x tables, in the question's order: BM25 of each word, 0 for none."""
        found = [
            entry
            for word in dict.fromkeys(_question_words(question))
            if (entry := self._word_postings.get(word)) is not None
        ]
        weights = np.zeros((len(found), len(self._documents)), dtype=np.float32)
        for row, entry in enumerate(found):
            weights[row, entry.places] = entry.weights
        return weights

    def grams(self, question: str) -> Scores:
        return _score(self._gram_postings, _grams(_question_words(question)), count=len(self._documents))

    def named(self, question: str) -> Scores:
        """How much of each table's name the question says, 0 to 1."""
        return self._names.said(_question_words(question))

    def unmeant_copies(self, question: str) -> list[int]:
        """Places of the tables that copy another one of the schema, where the question says nothing of a copy."""
        return self._names.unmeant_copies(_question_words(question))

    def shared(self, question: str, place: int) -> tuple[str, ...]:
        """The question's words that the table's name, columns or comments hold, in the question's order."""
        known = self._known[place]
        return tuple(dict.fromkeys(word for word in _question_words(question) if word in known))

    @cached_property
    def _word_postings(self) -> dict[str, _Postings]:
        return _postings(self._documents, lambda words: words)

    @cached_property
    def _gram_postings(self) -> dict[str, _Postings]:
        return _postings(self._documents, _grams)


def _question_words(question: str) -> list[str]:
    words = identifier_words(question).split()[:MAX_QUESTION_WORDS]
    return [singular(word) for word in words if word not in FUNCTION_WORDS]


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


def _postings(documents: Sequence[list[str]], terms_of: Callable[[list[str]], list[str]]) -> dict[str, _Postings]:
    counted = [Counter(terms_of(words)) for words in documents]
    lengths = [counts.total() for counts in counted]
    mean = sum(lengths) / max(1, len(lengths)) or 1.0
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, (counts, length) in enumerate(zip(counted, lengths, strict=True)):
        for term, frequency in counts.items():
            found[term].append((place, frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / mean))))
    return {term: _weighted(entries, count=len(documents)) for term, entries in found.items()}


def _weighted(entries: list[tuple[int, float]], *, count: int) -> _Postings:
    rarity = math.log(1 + (count - len(entries) + 0.5) / (len(entries) + 0.5))
    return _Postings(
        np.array([place for place, _ in entries], dtype=np.int64),
        np.array([weight * rarity for _, weight in entries], dtype=np.float32),
    )


def _score(postings: dict[str, _Postings], terms: Iterable[str], *, count: int) -> Scores:
    scores = np.zeros(count, dtype=np.float32)
    for term in set(terms):
        entry = postings.get(term)
        if entry is not None:
            scores[entry.places] += entry.weights
    return scores
