"""Stored values that a question names: every run of its words is looked up in the source's value dictionary."""

from uuid import UUID

from schema_index.models import ColumnValue
from schema_index.retrieval.types import StoredValue
from schema_index.schema import DatabaseSchema
from schema_index.words import normalised

MAX_WORDS_OF_A_VALUE = 8
MAX_VALUES = 200


def phrases(question: str) -> frozenset[str]:
    """Every run of up to eight words, and its singular where it ends in a plural s."""
    words = normalised(question).split()
    runs = {
        " ".join(words[start:stop])
        for start in range(len(words))
        for stop in range(start + 1, min(start + MAX_WORDS_OF_A_VALUE, len(words)) + 1)
    }
    return frozenset(runs | {run[:-1] for run in runs if len(run) > 3 and run.endswith("s")})


def question_values(question: str, *, source_id: UUID, schema: DatabaseSchema) -> tuple[StoredValue, ...]:
    """Only values and columns that are in `schema`. Needs an open scope; one query."""
    named = ColumnValue.objects.filter(source_id=source_id, normalised__in=phrases(question))
    place = ("schema", "table", "column", "text")
    return tuple(
        StoredValue(schema=table.schema, table=table.name, column=column, text=text)
        for schema_name, table_name, column, text in named.order_by(*place).values_list(*place)[:MAX_VALUES]
        if (table := schema.by_name.get((schema_name, table_name))) and table.column(column)
    )
