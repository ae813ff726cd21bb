"""The SQL that makes a least-privilege reader of a target database. Pure: text for an administrator to read and run.

The guard decides alone what runs; this role is what still holds should the guard be wrong. It reads what the source
shows and nothing else, by column where a table hides some.
"""

from schema_index.connectors.registry import engine_of
from schema_index.schema import DatabaseSchema


def grants(visible: DatabaseSchema, *, whole: DatabaseSchema, role: str, database: str) -> str:
    """Statements that create `role` and let it read `visible`, of all that is in `whole`."""
    lines = engine_of(visible.dialect).grants(visible, whole=whole, role=role, database=database)
    return "\n".join(lines) + "\n"
