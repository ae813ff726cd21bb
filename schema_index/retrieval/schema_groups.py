"""Which tables are about one thing: those of one schema, and of schemas that foreign keys connect. Pure."""

import numpy as np
from numpy.typing import NDArray

from schema_index.schema import DatabaseSchema


def schema_groups(schema: DatabaseSchema) -> NDArray[np.int64]:
    """A number for each table, in the schema's order, that it shares with the other tables of its group."""
    leader = {table.schema: table.schema for table in schema.tables}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = name = leader[leader[name]]
        return name

    for table in schema.tables:
        for key in table.foreign_keys:
            if key.target_schema in leader:
                leader[find(table.schema)] = find(key.target_schema)
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(find(table.schema), len(numbers)) for table in schema.tables], dtype=np.int64)
