"""Stored values that a question names: every run of its words is looked up in the source's value dictionary."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import TextField, Value

from schema_index.models import ColumnValue, VocabularyGap
from schema_index.retrieval.types import StoredValue
from schema_index.schema import DatabaseSchema
from schema_index.words import normalised

MAX_WORDS_OF_A_VALUE = 8
MAX_VALUES = 200
MAX_GAPS = 10_000


def phrases(question: str) -> frozenset[str]:
    """Every run of up to eight words, and its singular where it ends in a plural s."""
    words = normalised(question).split()
    runs = {
        " ".join(words[start:stop])
        for start in range(len(words))
        for stop in range(start + 1, min(start + MAX_WORDS_OF_A_VALUE, len(words)) + 1)
    }
    return frozenset(runs | {run[:-1] for run in runs if len(run) > 3 and run.endswith("s")})


@dataclass(frozen=True, slots=True, kw_only=True)
class DictionaryLookup:
    """`cut` are (`schema.table`, column) whose values are not all kept: what was not found may be theirs."""

    values: tuple[StoredValue, ...]
    cut: tuple[tuple[str, str], ...]


def question_values(question: str, *, source_id: UUID, schema: DatabaseSchema) -> DictionaryLookup:
    """Only values and columns that are in `schema`. Needs an open scope; one query."""
    # Of a question without a word: Django leaves a part that finds nothing out of a union, and its order in.
    words = phrases(question) or {""}
    named = ColumnValue.objects.filter(source_id=source_id, normalised__in=words).order_by(
        "schema", "table", "column", "text"
    )
    gaps = VocabularyGap.objects.filter(source_id=source_id).order_by("schema", "table", "column")
    place = ("schema", "table", "column")
    rows = (
        named.values_list(*place, "text")[:MAX_VALUES]
        .union(gaps.annotate(none=Value(None, TextField())).values_list(*place, "none")[:MAX_GAPS], all=True)
        .order_by(*place, "text")
    )
    visible = [
        (table, column, text)
        for schema_name, table_name, column, text in rows
        if (table := schema.by_name.get((schema_name, table_name))) and table.column(column)
    ]
    return DictionaryLookup(
        values=tuple(
            StoredValue(schema=table.schema, table=table.name, column=column, text=text)
            for table, column, text in visible
            if text is not None
        ),
        cut=tuple((table.qualified_name, column) for table, column, text in visible if text is None),
    )
