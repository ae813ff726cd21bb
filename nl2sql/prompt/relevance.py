"""Which columns a question touches by its words: only for deciding what a crowded prompt may lose. Pure."""

import re
import unicodedata
from collections.abc import Collection

from schema_index.schema import Table

_WORD = re.compile(r"[^\W_]+")
_CASE_CHANGE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MIN_LETTERS = 3
_STEM = 5
"""Words that share this many first letters count as the same: "customers" and "customer_id", "ordered" and "orders"."""


def stems(text: str) -> frozenset[str]:
    """The beginnings of the words of a text or of a name in snake or camel case, without accents or case."""
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", _CASE_CHANGE.sub(" ", text)) if not unicodedata.combining(c)
    )
    return frozenset(word[:_STEM] for word in _WORD.findall(plain.lower()) if len(word) >= _MIN_LETTERS)


def key_columns(table: Table) -> frozenset[str]:
    """Columns that joins need, whatever the question says."""
    return frozenset(table.primary_key).union(*(key.columns for key in table.foreign_keys))


def named_columns(table: Table, *, words: frozenset[str], with_values: Collection[str]) -> frozenset[str]:
    """Keys, columns with stored values in the question, and columns whose name shares a word."""
    named = (column.name for column in table.columns if stems(column.name) & words)
    return key_columns(table).union(named, with_values)


def loosely_named_columns(table: Table, *, words: frozenset[str]) -> frozenset[str]:
    """Dates, and columns whose comment shares a word."""
    return frozenset(
        column.name for column in table.columns if column.kind in ("date", "timestamp") or stems(column.comment) & words
    )
