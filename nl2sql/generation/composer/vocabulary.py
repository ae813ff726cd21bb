"""The words by which a question may call a schema's tables and columns."""

from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache

from nl2sql.generation.composer.joins import Key, key_of
from nl2sql.generation.composer.lexicon import is_function_word
from nl2sql.generation.composer.plan import TEMPORAL, ColumnRef
from nl2sql.generation.composer.synonyms import ABBREVIATIONS, CODE_ENDINGS, MAKES, SYNONYMS, UNIT_WORDS
from nl2sql.generation.composer.words import name_words, roots_of, singular, verb_roots
from schema_index.schema import DatabaseSchema, Table

MAX_NAME_WORDS = 7
PART_COST = 1.5
"""Of a column said by some of its words: "rate" for support_rate."""
OTHERS_COST = 0.4
"""Of a column that another table's words begin: product_name in services, when products has one too."""


@dataclass(frozen=True, slots=True)
class TableName:
    """`cost` says how far the spelling is from the table's own name: 0 is the name itself."""

    key: Key
    cost: float


@dataclass(frozen=True, slots=True)
class ColumnName:
    """`trimmed`: the spelling leaves out the table's words, or others ("name" for customer_name), and so says nothing
    away from its table."""

    ref: ColumnRef
    cost: float
    trimmed: bool = False

    @property
    def key(self) -> Key:
        return self.ref.table


Stems = tuple[str, ...]


class Vocabulary:
    """Phrases (as stems) → tables and columns of one schema. `table_stems` are each table's own words."""

    def __init__(self, schema: DatabaseSchema) -> None:
        self.tables: dict[Stems, dict[Key, TableName]] = defaultdict(dict)
        self.columns: dict[Stems, dict[ColumnRef, ColumnName]] = defaultdict(dict)
        self._known = frozenset(
            singular(word)
            for table in schema.tables
            for name in (table.name, *(column.name for column in table.columns))
            for word in name_words(name)
            if len(word) >= 3
        )
        columns = [(table, column) for table in schema.tables for column in table.columns]
        self.date_verbs = roots_of(
            word for _, column in columns if column.kind in TEMPORAL for word in name_words(column.name)
        )
        self.deeds = frozenset(root for word in self._known for root in _deeds(word))
        self.table_stems: dict[Key, Stems] = {}
        self.moments: set[Stems] = set()
        self._prefix = _shared_prefix(schema)
        self._expand = cache(self._split)
        for table in schema.tables:
            self._add_table(table)
        for table, column in columns:
            self._add_column(table, ColumnRef(table=key_of(table), column=column))

    def tables_at(self, stems: Stems) -> dict[Key, TableName]:
        """Tables by name, or by the verb that a one-word name is: "prescribed" → prescribes."""
        named = self.tables.get(stems, {})
        if named or len(stems) != 1:
            return named
        roots = verb_roots(stems[0]) - {stems[0]}
        found = (name for root in roots for name in self.tables.get((root,), {}).values())
        return {name.key: TableName(name.key, 1.0) for name in found if name.cost == 0}

    def column_stems(self, ref: ColumnRef) -> Stems:
        """The column's own words, without the table's in front."""
        words = self._column_words(ref)
        owner = self.table_stems[ref.table]
        if len(words) > len(owner) and words[: len(owner)] == owner:
            return words[len(owner) :]
        return words[1:] if len(words) > 1 and words[0] == owner[-1] else words

    def words_of(self, ref: ColumnRef) -> Stems:
        return self._expand(ref.name)

    def _column_words(self, ref: ColumnRef) -> Stems:
        """ "pname" of player is its name: the initial of the table before a common ending."""
        words = self.words_of(ref)
        if len(words) == 1 and words[0][1:] in _ENDINGS and words[0][0] == self.table_stems[ref.table][0][0]:
            return (words[0][1:],)
        return words

    def _split(self, name: str) -> Stems:
        parts = (
            part for word in name_words(name) if word != self._prefix for part in ABBREVIATIONS.get(word, word).split()
        )
        return tuple(singular(word) for part in parts for word in self._segment(part)) or (name,)

    def _segment(self, word: str) -> tuple[str, ...]:
        """ "employeeid" → employee id, where both halves are words of this schema or common endings."""
        if len(word) < 6 or not word.isalpha():
            return (word,)
        cuts = [(word[:cut], word[cut:]) for cut in range(len(word) - 2, 2, -1) if singular(word[:cut]) in self._known]
        for head, tail in cuts:
            if tail in _ENDINGS:
                return (head, ABBREVIATIONS.get(tail, tail))
        for head, tail in cuts:
            if len(head) >= 4 and len(tail) >= 4 and singular(tail) in self._known:
                return (head, tail)
        return (word,)

    def _add_table(self, table: Table) -> None:
        words = self._expand(table.name)
        while len(words) > 1 and words[0] in MAKES:
            words = words[1:]
        key = key_of(table)
        self.table_stems[key] = words
        for stems, cost in _table_spellings(words):
            names = self.tables[stems]
            if key not in names or names[key].cost > cost:
                names[key] = TableName(key, cost)

    def _add_column(self, table: Table, ref: ColumnRef) -> None:
        owner = self.table_stems[ref.table]
        words = self._column_words(ref)
        rest = self.column_stems(ref)
        borrowed = OTHERS_COST if rest == words and words[:-1] in self.tables else 0.0
        trimmed = words != self.words_of(ref)
        for stems, cost in _spellings(words, self.tables):
            self._name_column(stems, ref, cost + borrowed, trimmed=trimmed)
        if ref.kind in TEMPORAL and len(rest) > 1 and rest[-1] in ("on", "at"):
            # "signed_up_on", "paid_at": when that was done which the words before the last say.
            self.moments.add(rest[:-1])
        elif rest[-1] != "id":
            for part in (part for at in range(1, len(rest)) for part in (rest[at:], rest[:at])):
                if not is_function_word(part[0]) and not is_function_word(part[-1]):
                    self._name_column(part, ref, PART_COST, trimmed=True)
        for stems, cost in _spellings(rest, self.tables):
            if rest != words:
                self._name_column(stems, ref, cost, trimmed=True)
            self._name_column((*owner, *stems), ref, cost)
            if len(owner) > 1:
                self._name_column((owner[-1], *stems), ref, cost + 0.25)
        refers = any(ref.name in key.columns for key in table.foreign_keys)
        names_rows = ref.kind == "text" and len(rest) == 1 and rest not in self.tables and rest[0] not in _ENDINGS
        if names_rows and not refers:
            self._name_column((*rest, "name"), ref, PART_COST / 2)
        comment = tuple(singular(word) for word in name_words(ref.column.comment))
        if len(comment) <= 4:
            self._name_column(comment, ref, 0.25)

    def _name_column(self, stems: Stems, ref: ColumnRef, cost: float, *, trimmed: bool = False) -> None:
        if not stems or len(stems) > MAX_NAME_WORDS:
            return
        names = self.columns[stems]
        if ref not in names or names[ref].cost > cost:
            names[ref] = ColumnName(ref, cost, trimmed)


_ENDINGS = {"id", "name", "no", "num", "code", "date", "number", "type", "start", "end", "key", "time", "floor", "year"}


def _deeds(word: str) -> Iterator[str]:
    """What somebody called so does: an investor invests, a publisher publishes, a climber climbs."""
    for ending in ("er", "or"):
        if word.endswith(ending) and len(word) >= 6:
            yield from (word.removesuffix(ending), word.removesuffix(ending) + "e")


def _table_spellings(words: Stems) -> Iterator[tuple[Stems, float]]:
    """Each with its distance from the name."""
    yield words, 0.0
    yield from ((words[start:], 2.0) for start in range(1, len(words)))
    for at, word in enumerate(words):
        for synonym in SYNONYMS.get(word, ()):
            yield (*words[:at], *synonym.split(), *words[at + 1 :]), 1.5 if len(words) > 1 else 2.0


_UNITS = UNIT_WORDS | {singular(unit) for unit in UNIT_WORDS}


def _spellings(words: Stems, tables: Container[Stems]) -> Iterator[tuple[Stems, float]]:
    """Other ways to say a column's name, each with its distance from the name."""
    yield words, 0.0
    trimmed = words
    while len(trimmed) > 1 and trimmed[-1] in _UNITS:
        trimmed = trimmed[:-1]
    if trimmed != words:
        yield trimmed, 0.5
        yield from ((stems, cost + 0.5) for stems, cost in _turned(trimmed, tables) if stems != trimmed)
    if len(words) > 1 and words[-1] in CODE_ENDINGS:
        yield words[:-1], 1.0
        if len(words) > 2 and words[-2] == "type":
            yield words[:-2], 1.5
    yield from _turned(words, tables)


def _turned(words: Stems, tables: Container[Stems]) -> Iterator[tuple[Stems, float]]:
    if len(words) == 2:
        if words[1] not in ("number", "count") and (words[0],) not in tables:
            yield (words[1], "of", words[0]), 0.0
            yield (words[1], "of", "the", words[0]), 0.0
        if words[0] == "number":
            yield (words[1], "number"), 0.5
    if len(words) in (2, 3) and words[0] == "number" and words[1] != "of":
        yield ("number", "of", *words[1:]), 0.0
    if len(words) == 3 and words[1] == "of":
        yield (words[2], words[0]), 0.0
    if words[0] in {"total", "average"} and len(words) > 1:
        yield (words[0], "number", "of", *words[1:]), 0.25
    for at in range(len(words)):
        for length in (2, 1):
            for synonym in SYNONYMS.get(" ".join(words[at : at + length]), ()) if at + length <= len(words) else ():
                yield (*words[:at], *synonym.split(), *words[at + length :]), 1.0


def _shared_prefix(schema: DatabaseSchema) -> str:
    """A first word that every table's name carries ("sbCustomer", "sbTicker") tells nothing apart."""
    names = [name_words(table.name) for table in schema.tables]
    is_shared = len(names) >= 3 and all(len(words) > 1 and words[0] == names[0][0] for words in names)
    return names[0][0] if is_shared else ""
