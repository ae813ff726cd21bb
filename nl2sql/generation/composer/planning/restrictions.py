"""Which rows: filters joined where rows do not multiply, asked for by EXISTS where they would."""

from nl2sql.generation.composer.joins import Key, Path, Step
from nl2sql.generation.composer.plan import (
    CannotPlan,
    ColumnRef,
    Comparison,
    Exists,
    Filter,
    OfColumn,
    Plan,
    Scene,
    Shared,
)
from nl2sql.generation.composer.planning.conditions import either
from nl2sql.generation.composer.planning.tables import Tables
from nl2sql.generation.composer.reading import Condition

Pending = dict[Step, list[tuple[Path, list[OfColumn]]]]
"""First step to related rows → the way on from there, and the filters at its end."""


class Restrictions(Tables):
    def _conditions(self, plan: Plan) -> None:
        pending: Pending = {}
        spans = [
            one for one in self.reading.conditions if one.kind == "span" and one.operator == "=" and not one.either
        ]
        if len(spans) > 1:
            raise CannotPlan("one date cannot lie in two spans", *(one.span.text for one in spans if one.span))
        for alternatives in _alternatives(self.reading.conditions):
            first = alternatives[0]
            if first.kind == "related":
                self._related(first, plan, pending)
                continue
            filters = [self.conditions.filter(condition, plan.scene) for condition in alternatives]
            tables = {one.column.table for one in filters}
            if len(tables) != 1:
                raise CannotPlan("alternatives of different tables", *(c.text for c in alternatives))
            word, is_value = filters[0].column.name, first.kind == "value"
            self._place(filters, tables.pop(), plan, pending, word=word, certain=is_value)
        plan.filters.extend(_exists(step, groups) for step, groups in pending.items())
        if self.reading.both:
            self._both(plan)

    def _both(self, plan: Plan) -> None:
        """Two related rows that each are so; or, of one column that is listed, two rows that share its value."""
        parts = [
            [self.conditions.filter(one, plan.scene) for one in part if one.kind != "related"]
            for part in self.reading.both
        ]
        tables = {one.column.table for part in parts for one in part}
        if len(tables) != 1 or not all(parts) or any(one.either for one in self.reading.said):
            raise CannotPlan("what must both be so is not one kind of thing")
        (table,) = tables
        if table == plan.grain:
            self._shared(plan, parts)
            return
        for part in parts:
            pending: Pending = {}
            for one in part:
                self._place([one], table, plan, pending, word=one.column.name, certain=True)
            if not pending:
                raise CannotPlan("one thing cannot be both", table[1])
            plan.filters.extend(_exists(step, groups) for step, groups in pending.items())

    def _shared(self, plan: Plan, parts: list[list[OfColumn]]) -> None:
        column = plan.outputs[0].column if len(plan.outputs) == 1 and plan.outputs[0].kind == "column" else None
        telling = {*self.columns.key(plan.grain), *self.columns.label(plan.grain)}
        if column is None or column.table != plan.grain or column in telling or plan.sorts or plan.groups:
            raise CannotPlan("one thing cannot be both", plan.grain[1])
        first, *others = parts
        plan.filters.extend(first)
        plan.filters.extend(Shared(column=column, filters=tuple(part)) for part in others)
        plan.distinct = True

    def _place(
        self, filters: list[OfColumn], table: Key, plan: Plan, pending: Pending, *, word: str, certain: bool
    ) -> None:
        """Filters on rows that do not multiply join them; on many related rows, they ask whether one exists."""
        path = () if table in plan.tables else self._path(plan.grain, table, word)
        cut = next((at for at, step in enumerate(path) if step.many), None)
        if cut is not None and table not in self.mentioned and not certain:
            raise CannotPlan(f"{word} is of {table[1]}, of which there may be many", word)
        plan.join(path[:cut])
        if cut is not None:
            pending.setdefault(path[cut], []).append((path[cut + 1 :], filters))
        elif filters:
            plan.filters.append(either(filters))

    def _related(self, condition: Condition, plan: Plan, pending: Pending) -> None:
        assert condition.entity is not None, "a relation is to an entity"
        key = self._entity_key(condition.entity, plan.grain)
        if condition.negated:
            plan.filters.append(self._absent(condition, key, plan))
        else:
            self._place([], key, plan, pending, word=condition.entity.text, certain=True)

    def _absent(self, condition: Condition, key: Key, plan: Plan) -> Exists:
        anchor = plan.grain
        if key == anchor:
            raise CannotPlan("a thing cannot lack itself", condition.text)
        path = self._path(anchor, key, condition.text)
        inner: list[Filter] = []
        joins = list(path[1:])
        scene = Scene(root=key, mentioned=plan.scene.mentioned)
        for alternatives in _alternatives(condition.inner):
            if alternatives[0].kind == "related":
                self._joined_inside(alternatives[0], key, path, joins)
                continue
            filters = [self.conditions.filter(one, scene) for one in alternatives]
            tables = {one.column.table for one in filters}
            if len(tables) != 1 or anchor in tables:
                raise CannotPlan("the absence says something of what is listed", condition.text)
            for step in self._path(key, tables.pop(), condition.text):
                if step.target not in {path[0].target, *(one.target for one in joins)}:
                    joins.append(step)
            inner.append(either(filters))
        return Exists(first=path[0], joins=tuple(joins), filters=tuple(inner), negated=True)

    def _joined_inside(self, condition: Condition, key: Key, path: Path, joins: list[Step]) -> None:
        """ "no devices in stock", "no treatment of dogs": a table on the way, or that each absent row refers to."""
        assert condition.entity is not None, "a relation is to an entity"
        further = self._entity_key(condition.entity, key)
        if further in {step.target for step in path} and not condition.negated:
            return
        beyond = self._path(key, further, condition.text)
        if condition.negated or any(step.many for step in beyond):
            raise CannotPlan("an absence of a relation of a relation", condition.text)
        joins.extend(step for step in beyond if step not in joins)


def _exists(step: Step, groups: list[tuple[Path, list[OfColumn]]]) -> Exists:
    joins: list[Step] = []
    seen: set[ColumnRef] = set()
    for path, filters in groups:
        joins.extend(one for one in path if one not in joins)
        for one in filters:
            name = one.column.name
            if isinstance(one, Comparison) and one.operator == "=":
                if one.column in seen and len(filters) == 1:
                    raise CannotPlan(f"{name} cannot be two things at once", name)
                seen.add(one.column)
            if isinstance(one, Comparison) and one.operator == "<>":
                raise CannotPlan("some or none of the related rows may be meant", name)
    return Exists(first=step, joins=tuple(joins), filters=tuple(either(filters) for _, filters in groups if filters))


def _alternatives(conditions: tuple[Condition, ...]) -> list[list[Condition]]:
    """Conditions joined by OR, together; those joined by AND apart."""
    groups: list[list[Condition]] = []
    for condition in conditions:
        if condition.either and groups:
            groups[-1].append(condition)
        else:
            groups.append([condition])
    return groups
