"""Which tables and columns of a schema does a text name? Pure, and precise rather than greedy.

- A table is named by `schema.table`, by its own name as a whole word in any case (`orders`), or by the words of its
  name in a row (`order items` for `order_items`). One or two letters count only in code or behind a schema.
- A column is named by `table.column` or `schema.table.column`; alone, only where the text shows that it means a name
  and not a word: in backticks or a code block, in SQL, beside a comparison (`status = 'paid'`), or by its spelling
  (`customer_id`, `customerId`). Alone it belongs to a table that the text names too, else to the only one that has it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import NamedTuple

from schema_index.schema import DatabaseSchema, Table
from schema_index.words import identifier_words

MAX_NAMED = 500
"""Of one text, in the schema's order; a text that names more is a copy of the schema."""

SHORTEST_WORD = 3

MAX_SELECTS = 20
LONGEST_SELECT = 2_000
"""How often, and over how many characters, a paragraph is asked whether it is a statement."""

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_SELECT = re.compile(r"\bselect\b", re.IGNORECASE)
_FROM = re.compile(r'\bfrom\s+("[^"\n]{1,200}"|[\w$.]+)', re.IGNORECASE)
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_NAME = r'(?:"[^"\n]{1,200}"|[^\W\d][\w$]*)'
_CHAIN = re.compile(rf"{_NAME}(?:\.{_NAME})*")
_PLAIN_CHAIN = re.compile(r"[^\W\d][\w$]*(?:\.[^\W\d][\w$]*)*")
_COMPARED = re.compile(r"\s*(?:=|<>|!=|<|>)")
_SPELLED = re.compile(r"\w_\w|[a-z][A-Z]")
_GAP = re.compile(r"[\s-]{1,3}")


class ObjectName(NamedTuple):
    """A table, or a column of it; names as the engine stores them."""

    schema: str
    table: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class _Chain:
    """`parts` are lower-case, joined by dots in the text. `is_code` when it is a name by its place or spelling."""

    parts: tuple[str, ...]
    is_code: bool


class SchemaNames:
    """A schema's names, ready to be looked for in many texts."""

    def __init__(self, schema: DatabaseSchema) -> None:
        self._default = schema.default_schema
        self._qualified: dict[tuple[str, str], list[Table]] = defaultdict(list)
        self._tables: dict[str, list[Table]] = defaultdict(list)
        self._phrases: dict[tuple[str, ...], list[Table]] = defaultdict(list)
        self._columns: dict[str, list[tuple[Table, str]]] = defaultdict(list)
        for table in schema.tables:
            self._qualified[table.schema.casefold(), table.name.casefold()].append(table)
            self._tables[table.name.casefold()].append(table)
            words = tuple(identifier_words(table.name).split())
            if len(words) > 1:
                self._phrases[words].append(table)
            for column in table.columns:
                self._columns[column.name.casefold()].append((table, column.name))
        self._longest = max((len(words) for words in self._phrases), default=1)

    def named_in(self, text: str) -> tuple[ObjectName, ...]:
        """At most `MAX_NAMED`, in the schema's order, each table before its columns."""
        chains = list(self._chains(text))
        tables = {(one.schema, one.name): one for chain in chains for one in self._tables_of(chain)}
        for one in self._in_phrases(_CODE.sub(" . ", text)):
            tables[one.schema, one.name] = one
        columns: set[ObjectName] = set()
        for chain in chains:
            columns.update(self._columns_of(chain, tables))
        found = {ObjectName(schema=schema, table=name) for schema, name in tables} | columns
        found |= {ObjectName(schema=one.schema, table=one.table) for one in columns}
        return tuple(sorted(found)[:MAX_NAMED])

    def _chains(self, text: str) -> Iterator[_Chain]:
        end = 0
        for code in _CODE.finditer(text):
            yield from self._in_prose(text[end : code.start()])
            yield from _in_code(code.group())
            end = code.end()
        yield from self._in_prose(text[end:])

    def _in_prose(self, text: str) -> Iterator[_Chain]:
        for paragraph in _PARAGRAPH_END.split(text):
            if self._is_sql(paragraph):
                yield from _in_code(paragraph)
                continue
            for match in _PLAIN_CHAIN.finditer(paragraph):
                name = match.group()
                is_code = bool(_SPELLED.search(name) or _COMPARED.match(paragraph, match.end()))
                yield _Chain(tuple(name.casefold().split(".")), is_code)

    def _is_sql(self, paragraph: str) -> bool:
        """A select from a table that exists; "select the customers from Lyon" is none."""
        for select in islice(_SELECT.finditer(paragraph), MAX_SELECTS):
            source = _FROM.search(paragraph, select.end(), select.end() + LONGEST_SELECT)
            if source is not None and self._tables_of(_Chain(_parts(source.group(1)), True)):
                return True
        return False

    def _tables_of(self, chain: _Chain) -> list[Table]:
        """The tables that a chain names, itself or before a column."""
        parts = chain.parts
        for first, second in pairwise(parts):
            if (first, second) in self._qualified:
                return self._qualified[first, second]
        if len(parts) == 1 and (chain.is_code or len(parts[0]) >= SHORTEST_WORD):
            return self._nearest(parts[0])
        if len(parts) == 2:
            owners = self._nearest(parts[0])
            return [table for table in owners if _column(table, parts[1]) is not None]
        return []

    def _nearest(self, name: str) -> list[Table]:
        """Of tables of one name in several schemas, that of the default schema is meant, else all may be."""
        found = self._tables.get(name, [])
        return [table for table in found if table.schema == self._default] or found

    def _columns_of(self, chain: _Chain, named: dict[tuple[str, str], Table]) -> Iterator[ObjectName]:
        last = chain.parts[-1]
        if len(chain.parts) > 1:
            owned = [(table, _column(table, last)) for table in self._tables_of(chain)]
            found = [ObjectName(schema=one.schema, table=one.name, column=name) for one, name in owned if name]
            if found or not chain.is_code:
                yield from found
                return
        if not chain.is_code:
            return
        owners = self._columns.get(last, [])
        meant = [pair for pair in owners if (pair[0].schema, pair[0].name) in named]
        for table, name in meant or (owners if len(owners) == 1 else []):
            yield ObjectName(schema=table.schema, table=table.name, column=name)

    def _in_phrases(self, text: str) -> Iterator[Table]:
        """Names of several words: spelled as one (`orderItems`), or word by word."""
        run: list[str] = []
        end = 0
        for match in _PLAIN_CHAIN.finditer(text):
            name = match.group()
            words = identifier_words(name).split()
            if len(words) > 1:
                run = []
                yield from self._phrases.get(tuple(words), [])
                continue
            run = [*(run if _GAP.fullmatch(text, end, match.start()) else []), name.casefold()][-self._longest :]
            end = match.end()
            for length in range(2, len(run) + 1):
                yield from self._phrases.get(tuple(run[-length:]), [])


def _in_code(text: str) -> Iterator[_Chain]:
    for match in _CHAIN.finditer(_LITERAL.sub(" ", text)):
        yield _Chain(_parts(match.group()), True)


def _parts(chain: str) -> tuple[str, ...]:
    return tuple(part.strip('"').casefold() for part in re.findall(_NAME, chain))


def _column(table: Table, name: str) -> str | None:
    return next((column.name for column in table.columns if column.name.casefold() == name), None)
