"""A plan under construction, and the tables it joins."""

from dataclasses import dataclass, field

from nl2sql.calendar_spans import Calendar
from nl2sql.generation.composer.joins import JoinGraph, Key, Path, Step
from nl2sql.generation.composer.plan import ColumnRef, Filter, Output, Sort, fail
from nl2sql.generation.composer.planning.columns import Columns, Scene
from nl2sql.generation.composer.planning.conditions import Conditions
from nl2sql.generation.composer.reading import Entity, Ordering, Reading

NUMERIC = ("integer", "number")
ORDERED = ("integer", "number", "date", "timestamp", "time")


@dataclass(slots=True)
class PlanDraft:
    """A plan under construction. `grain` is the table whose rows are listed or counted."""

    grain: Key
    scene: Scene
    joins: list[Step] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    groups: list[ColumnRef] = field(default_factory=list)
    periods: list[Output] = field(default_factory=list)
    having: tuple[str, str] | None = None
    sorts: list[Sort] = field(default_factory=list)
    limit: int | None = None
    multiplied: bool = False
    distinct: bool = False


class Tables:
    """The reading, and the tables that it speaks of."""

    def __init__(self, reading: Reading, columns: Columns, *, calendar: Calendar) -> None:
        self.reading = reading
        self.columns = columns
        self.graph: JoinGraph = columns.graph
        self.conditions = Conditions(columns, calendar=calendar, verbs=reading.verbs)

        self.mentioned = self._mentioned()

    def _mentioned(self) -> frozenset[Key]:
        reading = self.reading
        entities = [reading.root, reading.focus, *(c.entity for c in reading.said)]
        entities += [group.entity for group in reading.groups]
        entities += [item.entity for item in reading.items]
        entities += [c.focus for c in reading.said]
        entities += [item.noun.focus for item in reading.items if item.noun is not None]
        return frozenset(key for entity in entities for key in self.columns.focus_of(entity))

    def _entity_key(self, entity: Entity, root: Key) -> Key:
        keys = self.columns.focus_of(entity)
        if root in keys:
            return root
        joined = [key for key in sorted(keys) if self.graph.shortest(root, key)]
        if len(joined) != 1:
            raise fail(
                "ambiguous" if joined else "unjoined", f"'{entity.text}' is not one table that keys join", entity.text
            )
        return joined[0]

    def _path(self, start: Key, goal: Key, word: str) -> Path:
        paths = self.graph.certain(start, goal, mentioned=self.mentioned)
        if not paths:
            raise fail("unjoined", f"no foreign keys lead from {start[1]} to {goal[1]}", word)
        if len(paths) > 1:
            raise fail("ambiguous", f"{start[1]} and {goal[1]} are joined in {len(paths)} ways", word)
        path = paths[0]
        unnamed = any(step.target not in self.mentioned for step in path[:-1])
        if unnamed and any(step.many for step in path) and not self._links(path):
            via = ", ".join(step.target[1] for step in path[:-1])
            raise fail("unsure", f"{start[1]} and {goal[1]} meet only through {via}, which was not named", word)
        return path

    def _links(self, path: Path) -> bool:
        """Whether the path runs through one table that relates its ends and nothing else: of nothing but pairs, or
        without a name of its own and called after one of the ends ("order_items", "authorship")."""
        if len(path) != 2 or not path[0].many or path[1].many:
            return False
        if self.graph.is_bridge(path):
            return True
        link, *ends = (self._words(key) for key in (path[0].target, path[0].source, path[1].target))
        named_after = any(word.startswith(end) for word in link for words in ends for end in words)
        return named_after and not self.columns.label(path[0].target)

    def _words(self, key: Key) -> tuple[str, ...]:
        return self.columns.vocabulary.table_stems(self.columns.table(key))

    def _joined(self, draft: PlanDraft) -> set[Key]:
        return {draft.grain, *(step.target for step in draft.joins)}

    def _join(self, draft: PlanDraft, goal: Key) -> None:
        if goal in self._joined(draft):
            return
        start = draft.grain
        for step in self._path(start, goal, goal[1]):
            if step.target not in self._joined(draft):
                draft.joins.append(step)
                draft.multiplied = draft.multiplied or step.many

    def _is_rank(self, ref: ColumnRef) -> bool:
        return self.columns.vocabulary.words_of(ref.column)[-1] in ("rank", "ranking", "position")

    def sums(self, ordering: Ordering, draft: PlanDraft) -> bool:
        """Whether each of what is listed has several rows of the measure, which then count together."""
        return ordering.summed and ordering.noun is not None and draft.grain != draft.scene.root
