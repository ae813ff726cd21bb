"""Which rows: filters joined where rows do not multiply, asked for by EXISTS where they would."""

from nl2sql.generation.composer.joins import Key, Path, Step
from nl2sql.generation.composer.plan import ColumnRef, Comparison, Exists, Filter, Shared, fail
from nl2sql.generation.composer.planning.columns import Scene
from nl2sql.generation.composer.planning.conditions import either
from nl2sql.generation.composer.planning.draft import PlanDraft, Tables
from nl2sql.generation.composer.reading import Condition

Pending = dict[Step, list[tuple[Path, list[tuple[ColumnRef, Filter]]]]]
"""First step to related rows → the way on from there, and the filters at its end."""


class Restrictions(Tables):
    def _conditions(self, draft: PlanDraft) -> None:
        pending: Pending = {}
        spans = [
            one for one in self.reading.conditions if one.kind == "span" and one.operator == "=" and not one.either
        ]
        if len(spans) > 1:
            raise fail("unsure", "one date cannot lie in two spans", *(one.span.text for one in spans if one.span))
        for alternatives in _alternatives(self.reading.conditions):
            first = alternatives[0]
            if first.kind == "related":
                self._related(first, draft, pending)
                continue
            pairs = [self.conditions.filter(condition, draft.scene) for condition in alternatives]
            tables = {ref.table for ref, _ in pairs}
            if len(tables) != 1:
                raise fail("unsure", "alternatives of different tables", *(c.text for c in alternatives))
            self._place(pairs, tables.pop(), draft, pending, kind=first.kind)
        for step, groups in pending.items():
            draft.filters.append(self._exists(step, groups))
        if self.reading.both:
            self._both(draft)

    def _both(self, draft: PlanDraft) -> None:
        """Two related rows that each are so; or, of one column that is listed, two rows that share its value."""
        parts = [
            [self.conditions.filter(one, draft.scene) for one in part if one.kind != "related"]
            for part in self.reading.both
        ]
        tables = {ref.table for part in parts for ref, _ in part}
        if len(tables) != 1 or not all(parts) or any(one.either for one in self.reading.said):
            raise fail("unsure", "what must both be so is not one kind of thing")
        (table,) = tables
        if table == draft.grain:
            self._shared(draft, [[one for _, one in part] for part in parts])
            return
        for part in parts:
            pending: Pending = {}
            for pair in part:
                self._place([pair], table, draft, pending, kind="value")
            if not pending:
                raise fail("unsure", "one thing cannot be both", table[1])
            draft.filters.extend(self._exists(step, groups) for step, groups in pending.items())

    def _shared(self, draft: PlanDraft, parts: list[list[Filter]]) -> None:
        column = draft.outputs[0].column if len(draft.outputs) == 1 and draft.outputs[0].kind == "column" else None
        telling = {*self.columns.key(draft.grain), *self.columns.label(draft.grain)}
        if column is None or column.table != draft.grain or column in telling or draft.sorts or draft.groups:
            raise fail("unsure", "one thing cannot be both", draft.grain[1])
        first, *others = parts
        draft.filters.extend(first)
        draft.filters.extend(Shared(column=column, filters=tuple(part)) for part in others)
        draft.distinct = True

    def _place(
        self,
        pairs: list[tuple[ColumnRef, Filter]],
        table: Key,
        draft: PlanDraft,
        pending: Pending,
        *,
        kind: str,
    ) -> None:
        """A filter on rows that do not multiply joins them; on many related rows, it asks whether one exists."""
        anchor = draft.grain
        if table in self._joined(draft):
            draft.filters.append(either([one for _, one in pairs]))
            return
        path = self._path(anchor, table, pairs[0][0].column.name)
        cut = next((at for at, step in enumerate(path) if step.many), None)
        if cut is None:
            self._join(draft, table)
            draft.filters.append(either([one for _, one in pairs]))
            return
        if table not in self.mentioned and kind != "value":
            name = pairs[0][0].column.name
            raise fail("unsure", f"{name} is of {table[1]}, of which there may be many", name)
        for step in path[:cut]:
            if step.target not in self._joined(draft):
                draft.joins.append(step)
        pending.setdefault(path[cut], []).append((path[cut + 1 :], pairs))

    def _related(
        self,
        condition: Condition,
        draft: PlanDraft,
        pending: Pending,
    ) -> None:
        assert condition.entity is not None, "a relation is to an entity"
        key = self._entity_key(condition.entity, draft.grain)
        if condition.negated:
            draft.filters.append(self._absent(condition, key, draft))
            return
        if key in self._joined(draft):
            return
        path = self._path(draft.grain, key, condition.entity.text)
        cut = next((at for at, step in enumerate(path) if step.many), None)
        if cut is None:
            self._join(draft, key)
            return
        for step in path[:cut]:
            if step.target not in self._joined(draft):
                draft.joins.append(step)
        pending.setdefault(path[cut], []).append((path[cut + 1 :], []))

    def _absent(self, condition: Condition, key: Key, draft: PlanDraft) -> Exists:
        anchor = draft.grain
        if key == anchor:
            raise fail("unsure", "a thing cannot lack itself", condition.text)
        path = self._path(anchor, key, condition.text)
        inner: list[Filter] = []
        joins = list(path[1:])
        scene = Scene(root=key, mentioned=draft.scene.mentioned)
        for alternatives in _alternatives(condition.inner):
            if alternatives[0].kind == "related":
                self._joined_inside(alternatives[0], key, path, joins)
                continue
            pairs = [self.conditions.filter(one, scene) for one in alternatives]
            tables = {ref.table for ref, _ in pairs}
            if len(tables) != 1 or anchor in tables:
                raise fail("unsure", "the absence says something of what is listed", condition.text)
            for step in self._path(key, tables.pop(), condition.text):
                if step.target not in {path[0].target, *(one.target for one in joins)}:
                    joins.append(step)
            inner.append(either([one for _, one in pairs]))
        return Exists(first=path[0], joins=tuple(joins), filters=tuple(inner), negated=True)

    def _joined_inside(self, condition: Condition, key: Key, path: Path, joins: list[Step]) -> None:
        """ "no devices in stock", "no treatment of dogs": a table on the way, or that each absent row refers to."""
        assert condition.entity is not None, "a relation is to an entity"
        further = self._entity_key(condition.entity, key)
        if further in {step.target for step in path} and not condition.negated:
            return
        beyond = self._path(key, further, condition.text)
        if condition.negated or any(step.many for step in beyond):
            raise fail("unsure", "an absence of a relation of a relation", condition.text)
        joins.extend(step for step in beyond if step not in joins)

    def _exists(self, step: Step, groups: list[tuple[Path, list[tuple[ColumnRef, Filter]]]]) -> Filter:
        joins: list[Step] = []
        filters: list[Filter] = []
        seen: set[ColumnRef] = set()
        for path, pairs in groups:
            joins.extend(one for one in path if one not in joins)
            for ref, one in pairs:
                if isinstance(one, Comparison) and one.operator == "=":
                    if ref in seen and len(pairs) == 1:
                        raise fail("unsure", f"{ref.column.name} cannot be two things at once", ref.column.name)
                    seen.add(ref)
                if isinstance(one, Comparison) and one.operator == "<>":
                    raise fail("unsure", "some or none of the related rows may be meant", ref.column.name)
            if pairs:
                filters.append(either([one for _, one in pairs]))
        return Exists(first=step, joins=tuple(joins), filters=tuple(filters))


def _alternatives(conditions: tuple[Condition, ...]) -> list[list[Condition]]:
    """Conditions joined by OR, together; those joined by AND apart."""
    groups: list[list[Condition]] = []
    for condition in conditions:
        if condition.either and groups:
            groups[-1].append(condition)
        else:
            groups.append([condition])
    return groups
