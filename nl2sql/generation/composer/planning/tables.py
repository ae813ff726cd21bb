"""The tables that a reading speaks of, and how they are joined."""

from nl2sql.calendar_spans import Calendar
from nl2sql.generation.composer.joins import Key, Path
from nl2sql.generation.composer.plan import CannotPlan, ColumnRef, Plan
from nl2sql.generation.composer.planning.columns import Columns
from nl2sql.generation.composer.planning.conditions import Conditions
from nl2sql.generation.composer.reading import Entity, Ordering, Reading


class Tables:
    """The reading, and the tables that it speaks of."""

    def __init__(self, reading: Reading, columns: Columns, *, calendar: Calendar) -> None:
        self.reading = reading
        self.columns = columns
        self.graph = columns.graph
        self.conditions = Conditions(columns, calendar=calendar, verbs=reading.verbs)
        entities = [
            *(reading.root, reading.focus),
            *(entity for condition in reading.said for entity in (condition.entity, condition.focus)),
            *(one.entity for one in reading.groups),
            *(one.entity for one in reading.items),
            *(item.noun.focus for item in reading.items if item.noun is not None),
        ]
        self.mentioned = frozenset(key for entity in entities for key in columns.focus_of(entity))

    def _entity_key(self, entity: Entity, root: Key) -> Key:
        keys = self.columns.focus_of(entity)
        if root in keys:
            return root
        joined = [key for key in sorted(keys) if self.graph.shortest(root, key)]
        if len(joined) != 1:
            raise CannotPlan(f"'{entity.text}' is not one table that keys join", entity.text)
        return joined[0]

    def _path(self, start: Key, goal: Key, word: str) -> Path:
        paths = self.graph.certain(start, goal, mentioned=self.mentioned)
        if not paths:
            raise CannotPlan(f"no foreign keys lead from {start[1]} to {goal[1]}", word)
        if len(paths) > 1:
            raise CannotPlan(f"{start[1]} and {goal[1]} are joined in {len(paths)} ways", word)
        path = paths[0]
        unnamed = any(step.target not in self.mentioned for step in path[:-1])
        if unnamed and any(step.many for step in path) and not self._links(path):
            via = ", ".join(step.target[1] for step in path[:-1])
            raise CannotPlan(f"{start[1]} and {goal[1]} meet only through {via}, which was not named", word)
        return path

    def _links(self, path: Path) -> bool:
        """Whether the path runs through one table that relates its ends and nothing else: of nothing but pairs, or
        without a name of its own and called after one of the ends ("order_items", "authorship")."""
        if len(path) != 2 or not path[0].many or path[1].many:
            return False
        if self.graph.is_bridge(path):
            return True
        stems = self.columns.vocabulary.table_stems
        ends = (*stems[path[0].source], *stems[path[1].target])
        named_after = any(word.startswith(ends) for word in stems[path[0].target])
        return named_after and not self.columns.label(path[0].target)

    def _join(self, plan: Plan, goal: Key) -> None:
        if goal not in plan.tables:
            plan.join(self._path(plan.grain, goal, goal[1]))

    def _is_rank(self, ref: ColumnRef) -> bool:
        return self.columns.vocabulary.words_of(ref)[-1] in ("rank", "ranking", "position")

    def sums(self, ordering: Ordering, plan: Plan) -> bool:
        """Whether each of what is listed has several rows of the measure, which then count together."""
        return ordering.summed and ordering.noun is not None and plan.grain != plan.scene.root
