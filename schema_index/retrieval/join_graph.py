"""Tables as a graph along declared foreign keys. Pure."""

from collections import deque
from collections.abc import Collection, Sequence

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
        self._parents: dict[int, list[int]] = {}
        self._children: dict[int, list[int]] = {}
        for place, target in sorted(keys):
            self._parents.setdefault(place, []).append(target)
            self._children.setdefault(target, []).append(place)
        names = ["".join(identifier_words(table.name).split()) for table in schema.tables]
        parts = {place: _parts(names, place, children) for place, children in self._children.items()}
        self._parts = {place: found for place, found in parts.items() if len(found) >= MANY_PARTS}

    def parents(self, place: int) -> list[int]:
        """Tables that this one refers to."""
        return self._parents.get(place, [])

    def children(self, place: int) -> list[int]:
        """Tables that refer to this one."""
        return self._children.get(place, [])

    def parts(self, place: int) -> list[int]:
        """Tables that refer to this one and bear its name in theirs, where there are several."""
        return self._parts.get(place, [])

    def neighbours(self, place: int) -> frozenset[int]:
        return frozenset(self.parents(place)).union(self.children(place))

    def spread(self, weights: Scores) -> Scores:
        """Each table's weight shared out evenly among its neighbours, in both directions."""
        shares = (weights / self._degrees)[self._sources]
        return np.bincount(self._targets, weights=shares, minlength=len(weights)).astype(np.float32)

    def between(self, place: int, others: Collection[int], *, most: int) -> tuple[int, ...] | None:
        """The fewest further tables, at most `most`, by which `place` joins one of `others`; () where it does directly.

        None where there is no such way.
        """
        queue: deque[tuple[int, tuple[int, ...]]] = deque([(place, ())])
        seen = {place}
        while queue:
            here, way = queue.popleft()
            around = sorted(self.neighbours(here) - seen)
            if any(one in others for one in around):
                return way
            seen.update(around)
            if len(way) < most:
                queue.extend((one, (*way, one)) for one in around)
        return None


def _parts(names: Sequence[str], place: int, children: Sequence[int]) -> list[int]:
    """Names without blanks, since `portsecuritybindings` is written in one."""
    name = singular(names[place])
    return [child for child in children if len(name) >= SHORTEST_NAME and name in names[child]]
