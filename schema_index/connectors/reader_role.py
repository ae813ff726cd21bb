"""What the roles have in common that are made for Querent to read with."""

from collections.abc import Callable

from schema_index.schema import DatabaseSchema, Table

PLACEHOLDER = "choose one"
MAX_CONNECTIONS = 20
"""More questions at once than one installation asks of one database; fewer than most servers allow in all."""


def granted_columns(table: Table, *, whole: DatabaseSchema, quote: Callable[[str], str]) -> str:
    """The list of columns of a table that hides some; empty where the whole table may be read."""
    stored = whole.by_name[table.schema, table.name]
    if len(stored.columns) == len(table.columns):
        return ""
    return " (" + ", ".join(quote(column.name) for column in table.columns) + ")"
