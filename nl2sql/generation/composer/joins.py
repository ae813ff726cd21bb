"""Foreign-key paths between tables, and whether walking one multiplies rows."""

from collections import defaultdict, deque
from dataclasses import dataclass
from functools import cache

from schema_index.schema import DatabaseSchema, Table

MAX_HOPS = 4
MAX_PATHS = 64

Key = tuple[str, str]
"""(schema, table name)"""


@dataclass(frozen=True, slots=True)
class Step:
    """One foreign key walked from `source` to `target`; `many` when one source row may meet several target rows."""

    source: Key
    target: Key
    source_columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    many: bool


Path = tuple[Step, ...]


def key_of(table: Table) -> Key:
    return table.schema, table.name


class JoinGraph:
    """The declared foreign keys of a schema, both ways."""

    def __init__(self, schema: DatabaseSchema) -> None:
        self.steps: dict[Key, list[Step]] = defaultdict(list)
        self._keys = {key_of(table): frozenset(table.primary_key) for table in schema.tables}
        self.paths = cache(self._paths)
        for table in schema.tables:
            for foreign in dict.fromkeys(table.foreign_keys):
                target = schema.by_name.get((foreign.target_schema, foreign.target_table))
                if target is None or key_of(target) == key_of(table):
                    continue
                unique = set(foreign.columns) in [set(key) for key in (table.primary_key, *table.unique_keys) if key]
                here, there = key_of(table), key_of(target)
                self.steps[here].append(Step(here, there, foreign.columns, foreign.target_columns, many=False))
                self.steps[there].append(Step(there, here, foreign.target_columns, foreign.columns, many=not unique))

    def certain(self, start: Key, goal: Key, *, mentioned: frozenset[Key]) -> tuple[Path, ...]:
        """The paths that may be meant: one when it is certain. Tables that were named draw the path to themselves."""
        paths = self.paths(start, goal)
        if len(paths) <= 1:
            return paths
        through = [sum(step.target in mentioned for step in path[:-1]) for path in paths]
        most = max(through)
        likely = [path for path, count in zip(paths, through, strict=True) if count == most]
        least = min(len(path) for path in likely)
        shortest = tuple(path for path in likely if len(path) == least)
        if most == 0 and least == 1:
            return shortest + tuple(path for path in likely if len(path) == 2 and self.is_bridge(path))
        return shortest

    def is_bridge(self, path: Path) -> bool:
        """Whether a path of two steps runs through a table whose rows are nothing but pairs."""
        if len(path) != 2 or not path[0].many or path[1].many:
            return False
        key = self._keys.get(path[0].target, frozenset())
        return bool(key) and key <= {*path[0].target_columns, *path[1].source_columns}

    def shortest(self, start: Key, goal: Key) -> tuple[Path, ...]:
        """All shortest paths: one is certain, several are ambiguous, none means not joined by keys."""
        paths = self.paths(start, goal)
        return tuple(path for path in paths if len(path) == len(paths[0]))

    def _paths(self, start: Key, goal: Key) -> tuple[Path, ...]:
        """All paths at most one step longer than the shortest, shortest first."""
        if start == goal:
            return ((),)
        queue: deque[Path] = deque([()])
        found: list[Path] = []
        pushed = 0
        while queue:
            path = queue.popleft()
            if len(path) >= MAX_HOPS or (found and len(path) > len(found[0])):
                break
            for step in self.steps[path[-1].target if path else start]:
                if step.target == start or any(step.target == earlier.target for earlier in path):
                    continue
                if step.target == goal:
                    found.append((*path, step))
                elif pushed < MAX_PATHS:
                    pushed += 1
                    queue.append((*path, step))
        return tuple(found)
