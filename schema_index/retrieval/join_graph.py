"""Tables as a graph along declared foreign keys, in both directions. Pure."""

import numpy as np

from schema_index.retrieval.lexical import Scores
from schema_index.schema import DatabaseSchema


class JoinGraph:
    """Places are the schema's order of tables."""

    def __init__(self, schema: DatabaseSchema) -> None:
        places = {(table.schema, table.name): place for place, table in enumerate(schema.tables)}
        edges = {
            pair
            for place, table in enumerate(schema.tables)
            for key in table.foreign_keys
            if (target := places.get((key.target_schema, key.target_table))) is not None and target != place
            for pair in ((place, target), (target, place))
        }
        ordered = np.array(sorted(edges), dtype=np.int64).reshape(-1, 2)
        self._sources, self._targets = ordered[:, 0], ordered[:, 1]
        self._pairs = frozenset(edges)
        self._degrees = np.maximum(np.bincount(self._sources, minlength=len(schema.tables)), 1).astype(np.float32)

    def connects(self, place: int, other: int) -> bool:
        return (place, other) in self._pairs

    def spread(self, weights: Scores) -> Scores:
        """Each table's weight shared out evenly among its neighbours."""
        shares = (weights / self._degrees)[self._sources]
        return np.bincount(self._targets, weights=shares, minlength=len(weights)).astype(np.float32)
