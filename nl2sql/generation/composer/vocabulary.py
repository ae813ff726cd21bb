"""The words by which a question may call a schema's tables and columns."""

from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass

from nl2sql.generation.composer.lexicon import is_function_word
from nl2sql.generation.composer.synonyms import ABBREVIATIONS, CODE_ENDINGS, MAKES, SYNONYMS, UNIT_WORDS
from nl2sql.generation.composer.words import name_words, singular, verb_roots
from schema_index.schema import Column, DatabaseSchema, Table

MAX_NAME_WORDS = 7
PART_COST = 1.5
"""Of a column said by some of its words: "rate" for support_rate."""
OTHERS_COST = 0.4
"""Of a column that another table's words begin: product_name in services, when products has one too."""


@dataclass(frozen=True, slots=True)
class TableName:
    """`cost` says how far the spelling is from the table's own name: 0 is the name itself."""

    table: Table
    cost: float


@dataclass(frozen=True, slots=True)
class ColumnName:
    """`owned`: the spelling names the table too ("student name"). `trimmed`: it leaves out the table's words, or others
    ("name" for customer_name), and so says nothing away from its table."""

    table: Table
    column: Column
    cost: float
    owned: bool = False
    trimmed: bool = False


Stems = tuple[str, ...]


class Vocabulary:
    """Phrases (as stems) → tables and columns of one schema."""

    def __init__(self, schema: DatabaseSchema) -> None:
        self.tables: dict[Stems, dict[tuple[str, str], TableName]] = defaultdict(dict)
        self.columns: dict[Stems, dict[tuple[str, str, str], ColumnName]] = defaultdict(dict)
        self._known = frozenset(
            singular(word)
            for table in schema.tables
            for name in (table.name, *(column.name for column in table.columns))
            for word in name_words(name)
            if len(word) >= 3
        )
        self.date_verbs = frozenset(
            root
            for table in schema.tables
            for column in table.columns
            if column.kind in ("date", "timestamp")
            for word in name_words(column.name)
            for root in verb_roots(word)
        )
        self.deeds = frozenset(root for word in self._known for root in _deeds(word))
        self.stems: dict[tuple[str, str], Stems] = {}
        self.moments: set[Stems] = set()
        self._prefix = _shared_prefix(schema)
        self._expanded: dict[str, Stems] = {}
        for table in schema.tables:
            self._add_table(table)
        for table in schema.tables:
            for column in table.columns:
                self._add_column(table, column)

    def tables_at(self, stems: Stems) -> dict[tuple[str, str], TableName]:
        """Tables by name, or by the verb that a one-word name is: "prescribed" → prescribes."""
        named = self.tables.get(stems)
        if named or len(stems) != 1:
            return named or {}
        found: dict[tuple[str, str], TableName] = {}
        for root in verb_roots(stems[0]) - {stems[0]}:
            for key, name in self.tables.get((root,), {}).items():
                if name.cost == 0:
                    found[key] = TableName(name.table, 1.0)
        return found

    def table_stems(self, table: Table) -> Stems:
        return self.stems[table.schema, table.name]

    def column_stems(self, table: Table, column: Column) -> Stems:
        """The column's own words, without the table's in front."""
        words = self._column_words(table, column)
        owner = self.table_stems(table)
        if len(words) > len(owner) and words[: len(owner)] == owner:
            return words[len(owner) :]
        if len(words) > 1 and words[0] == owner[-1]:
            return words[1:]
        return words

    def words_of(self, column: Column) -> Stems:
        return self._expand(column.name)

    def _column_words(self, table: Table, column: Column) -> Stems:
        """ "pname" of player is its name: the initial of the table before a common ending."""
        words = self._expand(column.name)
        if len(words) == 1 and words[0][1:] in _ENDINGS and words[0][0] == self.table_stems(table)[0][0]:
            return (words[0][1:],)
        return words

    def _expand(self, name: str) -> Stems:
        known = self._expanded.get(name)
        if known is None:
            known = self._expanded[name] = self._split(name)
        return known

    def _split(self, name: str) -> Stems:
        words: list[str] = []
        for word in name_words(name):
            if word == self._prefix:
                continue
            for part in ABBREVIATIONS.get(word, word).split():
                words.extend(self._segment(part))
        return tuple(singular(word) for word in words) or (name,)

    def _segment(self, word: str) -> tuple[str, ...]:
        """ "employeeid" → employee id, where both halves are words of this schema or common endings."""
        if len(word) < 6 or not word.isalpha():
            return (word,)
        for cut in range(len(word) - 2, 2, -1):
            head, tail = word[:cut], word[cut:]
            if tail in _ENDINGS and singular(head) in self._known:
                return (head, ABBREVIATIONS.get(tail, tail))
        for cut in range(len(word) - 3, 2, -1):
            head, tail = word[:cut], word[cut:]
            if len(head) >= 4 and len(tail) >= 4 and singular(head) in self._known and singular(tail) in self._known:
                return (head, tail)
        return (word,)

    def _add_table(self, table: Table) -> None:
        words = self._expand(table.name)
        while len(words) > 1 and (words[0] in MAKES or words[0] == "reference"):
            words = words[1:]
        self.stems[table.schema, table.name] = words
        self._name_table(words, table, 0.0)
        if len(words) == 1:
            for synonym in SYNONYMS.get(words[0], ()):
                self._name_table(tuple(synonym.split()), table, 2.0)
            return
        for start in range(1, len(words)):
            self._name_table(words[start:], table, 2.0)
        for at in range(len(words)):
            for synonym in SYNONYMS.get(words[at], ()):
                self._name_table((*words[:at], *synonym.split(), *words[at + 1 :]), table, 1.5)

    def _name_table(self, stems: Stems, table: Table, cost: float) -> None:
        names = self.tables[stems]
        key = (table.schema, table.name)
        if key not in names or names[key].cost > cost:
            names[key] = TableName(table, cost)

    def _add_column(self, table: Table, column: Column) -> None:
        owner = self.table_stems(table)
        words = self._column_words(table, column)
        rest = self.column_stems(table, column)
        borrowed = OTHERS_COST if rest == words and words[:-1] in self.tables else 0.0
        trimmed = words != self._expand(column.name)
        for stems, cost in _spellings(words, self.tables):
            self._name_column(stems, table, column, cost + borrowed, trimmed=trimmed)
        if _is_moment(column, rest):
            self.moments.add(rest[:-1])
        elif rest[-1] != "id":
            for part in (part for at in range(1, len(rest)) for part in (rest[at:], rest[:at])):
                if not is_function_word(part[0]) and not is_function_word(part[-1]):
                    self._name_column(part, table, column, PART_COST, trimmed=True)
        if rest != words:
            for stems, cost in _spellings(rest, self.tables):
                self._name_column(stems, table, column, cost, trimmed=True)
        for stems, cost in _spellings(rest, self.tables):
            self._name_column((*owner, *stems), table, column, cost, owned=True)
            if len(owner) > 1:
                self._name_column((owner[-1], *stems), table, column, cost + 0.25, owned=True)
        refers = any(column.name in key.columns for key in table.foreign_keys)
        if (
            column.kind == "text"
            and len(rest) == 1
            and not refers
            and rest not in self.tables
            and rest[0] not in _ENDINGS
        ):
            self._name_column((*rest, "name"), table, column, PART_COST / 2)
        comment = tuple(singular(word) for word in name_words(column.comment))
        if 1 <= len(comment) <= 4:
            self._name_column(comment, table, column, 0.25)

    def _name_column(
        self, stems: Stems, table: Table, column: Column, cost: float, *, owned: bool = False, trimmed: bool = False
    ) -> None:
        if not stems or len(stems) > MAX_NAME_WORDS:
            return
        names = self.columns[stems]
        key = (table.schema, table.name, column.name)
        if key not in names or names[key].cost > cost:
            names[key] = ColumnName(table, column, cost, owned, trimmed)


_ENDINGS = {"id", "name", "no", "num", "code", "date", "number", "type", "start", "end", "key", "time", "floor", "year"}


def _deeds(word: str) -> Iterator[str]:
    """What somebody called so does: an investor invests, a publisher publishes, a climber climbs."""
    for ending in ("er", "or"):
        if word.endswith(ending) and len(word) >= 6:
            yield from (word.removesuffix(ending), word.removesuffix(ending) + "e")


def _is_moment(column: Column, words: Stems) -> bool:
    """ "signed_up_on", "paid_at": when that was done which the words before the last say."""
    return column.kind in ("date", "timestamp") and len(words) > 1 and words[-1] in ("on", "at")


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
            yield ("number", "of", words[1]), 0.0
            yield (words[1], "number"), 0.5
    if len(words) == 3 and words[0] == "number" and words[1] != "of":
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
    firsts = {name_words(table.name)[0] for table in schema.tables if len(name_words(table.name)) > 1}
    if len(schema.tables) >= 3 and len(firsts) == 1 and all(len(name_words(t.name)) > 1 for t in schema.tables):
        return firsts.pop()
    return ""
