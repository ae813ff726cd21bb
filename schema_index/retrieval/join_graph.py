"""Tables as a graph along declared foreign keys. Pure."""

import numpy as np

from schema_index.retrieval.lexical import Scores
from schema_index.schema import DatabaseSchema
from schema_index.words import identifier_words, singular

MANY_PARTS = 3
"""Tables that make another one a thing kept in parts. Where one or two have its name in theirs, they are seldom meant
with it: `customers` and `customer_orders`."""

SHORTEST_NAME = 3
"""Characters of a name that says something inside another one."""


class JoinGraph:
    """Places are the schema's order of tables; a key to its own table is no edge."""

    def __init__(self, schema: DatabaseSchema) -> None:
        places = {(table.schema, table.name): place for place, table in enumerate(schema.tables)}
        keys = {
            (place, target)
            for place, table in enumerate(schema.tables)
            for key in table.foreign_keys
            if (target := places.get((key.target_schema, key.target_table))) is not None and target != place
        }
        ordered = np.array(sorted(keys | {(b, a) for a, b in keys}), dtype=np.int64).reshape(-1, 2)
        self._sources, self._targets = ordered[:, 0], ordered[:, 1]
        self._degrees = np.maximum(np.bincount(self._sources, minlength=len(schema.tables)), 1).astype(np.float32)
        self.parents: list[list[int]] = [[] for _ in schema.tables]
        """Tables that each one refers to."""
        self.children: list[list[int]] = [[] for _ in schema.tables]
        """Tables that refer to each one."""
        for place, target in sorted(keys):
            self.parents[place].append(target)
            self.children[target].append(place)
        # Without blanks, since `portsecuritybindings` is written in one.
        self._names = ["".join(identifier_words(table.name).split()) for table in schema.tables]

    def parts(self, place: int) -> list[int]:
        """Tables that refer to this one and bear its name in theirs, where there are several."""
        name = singular(self._names[place])
        found = [child for child in self.children[place] if len(name) >= SHORTEST_NAME and name in self._names[child]]
        return found if len(found) >= MANY_PARTS else []

    def neighbours(self, place: int) -> frozenset[int]:
        return frozenset(self.parents[place]).union(self.children[place])

    def spread(self, weights: Scores) -> Scores:
        """Each table's weight shared out evenly among its neighbours, in both directions."""
        shares = (weights / self._degrees)[self._sources]
        return np.bincount(self._targets, weights=shares, minlength=len(weights)).astype(np.float32)
