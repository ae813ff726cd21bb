"""Stored values that are spelled almost like a word: what somebody may have meant who mistyped."""

from collections.abc import Iterable
from difflib import get_close_matches
from uuid import UUID

from django.db.models.functions import Length

from schema_index.models import ColumnValue
from schema_index.schema import DatabaseSchema
from schema_index.words import normalised

MIN_LETTERS = 4
"""Of shorter words, too many others are spelled alike."""

MAX_WORDS = 4
MAX_COMPARED = 5_000
MIN_LIKENESS = 0.8
"""One letter in four, or two in ten, may differ."""


def near_values(words: Iterable[str], *, source_id: UUID, schema: DatabaseSchema) -> dict[str, str]:
    """For each of `words` that has one, the likest value as it is stored. `schema` holds only columns whose values may
    be shown. Needs an open scope; one query a word.
    """
    found: dict[str, str] = {}
    for word in list(words)[:MAX_WORDS]:
        plain = normalised(word)
        if len(plain) < MIN_LETTERS:
            continue
        stored = (
            ColumnValue.objects.annotate(letters=Length("normalised"))
            .filter(source_id=source_id, normalised__startswith=plain[0])
            .filter(letters__gte=len(plain) - 2, letters__lte=len(plain) + 2)
            .order_by("normalised", "schema", "table", "column", "text")
            .values_list("normalised", "text", "schema", "table", "column")[:MAX_COMPARED]
        )
        shown = {
            value: text
            for value, text, schema_name, table_name, column in stored
            if (table := schema.by_name.get((schema_name, table_name))) and table.column(column)
        }
        near = get_close_matches(plain, shown, n=1, cutoff=MIN_LIKENESS)
        if near:
            found[word] = shown[near[0]]
    return found
