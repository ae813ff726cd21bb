"""What of an introspection can be kept: texts of bounded length, names that can be stored and told apart. Pure."""

from collections import Counter
from dataclasses import replace

from schema_index.connectors.base import MAX_COMMENT_CHARACTERS, DataSourceError, Introspection, Unreadable
from schema_index.schema import Column, Table

MAX_CHARACTERS = 60_000_000
"""Of names, types and comments in all: a description is stored in one value, and held in memory to be asked."""

UNSTORABLE = "Its name, or one of its columns', holds a null character."
AMBIGUOUS = "Written as schema.table, its name is also that of another table: rename the schema or the table."


def storable(found: Introspection) -> Introspection:
    """The same without what would break or mix up what is built on it, each left out with its reason.

    Raises DataSourceError for a schema too large to keep.
    """
    names = Counter(table.qualified_name for table in found.schema.tables)
    reasons = {(table.schema, table.name): _reason(table, names=names) for table in found.schema.tables}
    kept = found.schema
    if any(reasons.values()):
        kept = kept.visible(allows=lambda table, _: not reasons[table.schema, table.name])
    schema = replace(kept, tables=tuple(map(_bounded, kept.tables)))
    if sum(map(_characters, schema.tables)) > MAX_CHARACTERS:
        raise DataSourceError(
            f"The schema's names and comments take more than {MAX_CHARACTERS:,} characters. "
            "Give the source fewer schemas or tables to include."
        )
    left_out = (
        Unreadable(schema=name[0].replace("\0", "�"), name=name[1].replace("\0", "�"), reason=reason)
        for name, reason in reasons.items()
        if reason
    )
    return Introspection(schema=schema, unreadable=(*found.unreadable, *left_out))


def _reason(table: Table, *, names: Counter[str]) -> str:
    if any("\0" in name for name in (table.schema, table.name, *(column.name for column in table.columns))):
        return UNSTORABLE
    # Rules and hidden names are written so, and must not fall on two tables.
    return AMBIGUOUS if names[table.qualified_name] > 1 else ""


def _bounded(table: Table) -> Table:
    if all(_is_plain(text) for text in (table.comment, *(column.comment for column in table.columns))):
        return table
    columns = tuple(replace(column, comment=_cut(column.comment)) for column in table.columns)
    return replace(table, comment=_cut(table.comment), columns=columns)


def _is_plain(comment: str) -> bool:
    return len(comment) <= MAX_COMMENT_CHARACTERS and "\0" not in comment


def _cut(comment: str) -> str:
    return comment[:MAX_COMMENT_CHARACTERS].replace("\0", "")


def _characters(table: Table) -> int:
    return len(table.qualified_name) + len(table.comment) + sum(map(_column_characters, table.columns))


def _column_characters(column: Column) -> int:
    return len(column.name) + len(column.type) + len(column.comment) + sum(map(len, column.enum_values))
