"""What the names of tables tell apart from all else that is written of them. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from schema_index.schema import DatabaseSchema, Table
from schema_index.words import identifier_words, singular

ALIKE = 0.8
"""Share of the columns of two tables that both have, for one to copy the other: an archive lacks or adds a few."""


class TableNames:
    """Built once for a schema. Places are the schema's order of tables."""

    def __init__(self, schema: DatabaseSchema) -> None:
        names = [name_words(table) for table in schema.tables]
        holders = Counter(word for name in names for word in set(name))
        rarity = {word: math.log(1 + (len(names) - count + 0.5) / (count + 0.5)) for word, count in holders.items()}
        whole = [sum(rarity[word] for word in set(name)) for name in names]
        self._count = len(names)
        self._shares: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, name in enumerate(names):
            for word in dict.fromkeys(name):
                self._shares[word].append((place, rarity[word] / whole[place]))
        self._copies = dict(_copies(schema.tables, names))

    def said(self, words: Collection[str]) -> NDArray[np.float32]:
        """Of each name, the share by rarity that is among `words`: 1 where all of it is."""
        found = np.zeros(self._count, dtype=np.float32)
        for word in dict.fromkeys(words):
            for place, share in self._shares.get(word, ()):
                found[place] += share
        return found

    def unmeant_copies(self, words: Collection[str]) -> list[int]:
        """Of the tables that are another's copy by name and columns, those of whose additions to the name no word is
        among `words`."""
        return [place for place, added in self._copies.items() if added.isdisjoint(words)]


def name_words(table: Table) -> list[str]:
    return [singular(word) for word in identifier_words(table.name).split()]


def _copies(tables: Sequence[Table], names: Sequence[list[str]]) -> Iterator[tuple[int, frozenset[str]]]:
    """Place of each copy, with the words that it puts before or behind the name of what it copies."""
    places = {(table.schema, tuple(name)): place for place, (table, name) in enumerate(zip(tables, names, strict=True))}
    columns = [frozenset(column.name.lower() for column in table.columns) for table in tables]
    for place, (table, name) in enumerate(zip(tables, names, strict=True)):
        for kept in (part for size in range(1, len(name)) for part in (name[:size], name[size:])):
            other = places.get((table.schema, tuple(kept)))
            if other is not None and _alike(columns[place], columns[other]):
                yield place, frozenset(name) - frozenset(kept)
                break


def _alike(columns: frozenset[str], others: frozenset[str]) -> bool:
    return bool(others) and len(columns & others) >= ALIKE * len(columns | others)
