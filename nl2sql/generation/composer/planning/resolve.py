"""A reading to a plan, or the problem that stands in the way."""

from dataclasses import replace
from typing import Literal

from nl2sql.generation.composer.joins import Key
from nl2sql.generation.composer.plan import CannotPlan, Comparison, Output, Plan, Scene
from nl2sql.generation.composer.planning.columns import MARGIN, Columns
from nl2sql.generation.composer.planning.groups import Groups
from nl2sql.generation.composer.planning.outputs import Outputs
from nl2sql.generation.composer.planning.restrictions import Restrictions
from nl2sql.generation.composer.planning.sorts import Sorts
from nl2sql.generation.composer.reading import Entity, Item, Reading


def _listed_instead(reading: Reading) -> Reading | None:
    """ "How many stores have more than 2 orders?": list them, then count the list. None for other questions."""
    if reading.having is None or len(reading.items) != 1 or reading.items[0].kind != "count" or reading.groups:
        return None
    (item,) = reading.items
    kind: Literal["column", "key"] = "column" if item.noun is not None else "key"
    return replace(reading, items=(Item(kind=kind, noun=item.noun, entity=item.entity),))


def _tallied(reading: Reading, columns: Columns) -> Reading | None:
    """ "Completed orders for each store": rows that have no name are counted. None for other questions."""
    (item, *more) = reading.items or (None,)
    if item is None or more or item.kind != "label" or item.entity is None or not reading.groups:
        return None
    keys = columns.focus_of(item.entity)
    if any(columns.label(key) for key in keys) or any(group.entity == item.entity for group in reading.groups):
        return None
    return replace(reading, items=(Item(kind="count", entity=item.entity),))


class Resolver(Outputs, Groups, Sorts, Restrictions):
    def roots(self) -> list[Key]:
        """The tables the question may be about; several are tried, and must not all succeed."""
        if self.reading.root is not None:
            return sorted(self.columns.focus_of(self.reading.root))
        nouns = [item.noun for item in self.reading.items if item.noun is not None and item.noun.names]
        sets = [{name.key: name.cost for name in noun.names} for noun in nouns]
        common = set.intersection(*(set(found) for found in sets)) if sets else set()
        if not common:
            grouped = [group.entity for group in self.reading.groups if group.entity is not None]
            if len(grouped) == 1:
                return sorted(self.columns.focus_of(grouped[0]))
            raise CannotPlan("it is not said of what", *(noun.text for noun in nouns))
        spoken = common & self._spoken()
        if len(common) > 1 and len(spoken) == 1:
            common = spoken
        total = {key: sum(found[key] for found in sets) for key in common}
        least = min(total.values())
        likeliest = sorted(key for key in common if total[key] <= least + MARGIN)
        kept = [key for key in likeliest if any(self.columns.keeps(key, n.deed) for n in nouns)]
        likeliest = kept if len(kept) == 1 else self._home(likeliest) or likeliest
        if len(likeliest) > 1:
            names = ", ".join(key[1] for key in likeliest)
            raise CannotPlan(f"it may be asked of {names}", *(noun.text for noun in nouns))
        return likeliest

    def _home(self, keys: list[Key]) -> list[Key]:
        """Codes that several tables refer to are listed where they are kept."""
        reading = self.reading
        if reading.conditions or reading.superlative or reading.having or reading.groups or len(keys) < 2:
            return []
        nouns = [item.noun for item in reading.items if item.noun is not None and item.kind == "column"]
        if len(nouns) != len(reading.items):
            return []
        refs = [name.ref for noun in nouns for name in noun.names]
        kept = [key for key in keys if not any(ref.table == key and self.columns.is_foreign(ref) for ref in refs)]
        return kept if len(kept) == 1 else []

    def _spoken(self) -> set[Key]:
        """Tables that a restriction can only be of."""
        spoken = set(self.mentioned)
        for condition in self.reading.said:
            tables = {(value.schema, value.table) for value in condition.values}
            if condition.noun is not None:
                tables = {name.key for name in condition.noun.names if not self.columns.is_foreign(name.ref)}
            spoken |= tables if len(tables) == 1 else set()
        return spoken

    def plan(self, root: Key) -> Plan:
        counted = _listed_instead(self.reading)
        if counted is not None:
            listed = Resolver(counted, self.columns, calendar=self.conditions.calendar).plan(root)
            return replace(listed, counted=True, distinct=False)
        tallied = _tallied(self.reading, self.columns)
        if tallied is not None:
            return Resolver(tallied, self.columns, calendar=self.conditions.calendar).plan(root)
        scene = Scene(root=root, mentioned=self.mentioned)
        plan = Plan(grain=self._grain(root, scene), scene=scene)
        if plan.grain != root:
            plan.scene = Scene(root=root, mentioned=self.mentioned | {plan.grain}, measured=plan.grain)
        self._outputs(plan)
        self._groups(plan)
        self._order(plan)
        self._conditions(plan)
        self._check(plan)
        is_distinct = self.reading.distinct or plan.distinct or self._bare(plan)
        plan.distinct = is_distinct and not plan.groups and all(output.kind == "column" for output in plan.outputs)
        if not plan.distinct:
            plan.outputs += self._measure(plan)
        plan.groups = list(dict.fromkeys(plan.groups))
        plan.notes = list(dict.fromkeys(self.conditions.notes))
        return plan

    def _measure(self, plan: Plan) -> list[Output]:
        """ "Which 5 products have the highest price?": several things are shown with what they are chosen by. Who asks
        for names, or for one, may not want it."""
        reading = self.reading
        are_several = reading.superlative is not None and plan.limit is not None and plan.limit > 1
        if not are_several or any(item.kind != "label" for item in reading.items):
            return []
        measure = plan.sorts[0].output
        is_shown = any(output.kind == "everything" for output in plan.outputs) or measure in plan.outputs
        is_multiplied = plan.multiplied and measure.kind != "column"
        return [] if is_shown or is_multiplied else [measure]

    def _bare(self, plan: Plan) -> bool:
        """ "What are all the genres?": a column without the thing it is of is a list of what there is."""
        if self.reading.root is not None or len(plan.outputs) != 1 or plan.sorts:
            return False
        ref = plan.outputs[0].column
        return ref is not None and (ref,) != self.columns.key(ref.table)

    def _counted_entities(self) -> list[Entity]:
        reading = self.reading
        found = [item.entity for item in reading.items if item.kind == "count" and item.entity is not None]
        found += [order.entity for order in reading.orders if order.counted and order.entity is not None]
        if reading.having is not None and reading.having.entity is not None:
            found.append(reading.having.entity)
        return found

    def _grain(self, root: Key, scene: Scene) -> Key:
        entities = self._counted_entities()
        keys = {self._entity_key(entity, root) for entity in entities}
        if len(keys) > 1:
            raise CannotPlan("two different things are counted", *(entity.text for entity in entities))
        if keys:
            return keys.pop()
        nouns = [order.noun for order in self.reading.orders if order.function or order.summed]
        nouns += [item.noun for item in self.reading.items if item.kind == "aggregate"]
        aggregated = {self.columns.resolve(noun, scene).table for noun in nouns if noun is not None}
        if len(aggregated) == 1:
            table = aggregated.pop()
            paths = self.graph.shortest(root, table)
            if table != root and len(paths) == 1 and any(step.many for step in paths[0]):
                return table
        return root

    @staticmethod
    def _check_ranges(plan: Plan) -> None:
        """Above 6 and below 4 at once: two rows are meant, not one."""
        numbers = [one for one in plan.filters if isinstance(one, Comparison) and one.numeric]
        for low in numbers:
            for high in numbers:
                empty = low.operator[0] == ">" and high.operator[0] == "<" and low.operator != "<>"
                if empty and low.column == high.column and float(low.operand) >= float(high.operand):
                    raise CannotPlan(f"no {low.column.name} is both", low.column.name)

    def _is_unique(self, plan: Plan) -> bool:
        """Whether each group is one row of what is counted."""
        table = self.columns.table(plan.grain)
        grouped = {ref.name for ref in plan.groups if ref.table == plan.grain}
        return any(key and set(key) <= grouped for key in (table.primary_key, *table.unique_keys))

    def _check(self, plan: Plan) -> None:
        reading = self.reading
        if self._bare(plan) and any(condition.negated for condition in reading.conditions):
            raise CannotPlan("none of its rows, or some row that is not so, may be meant")
        counted_rows = reading.having is not None and reading.having.entity is None
        ranked_rows = reading.superlative is not None and reading.superlative.counted and not reading.superlative.entity
        named = any(item.kind == "label" for item in reading.items) and plan.grain == plan.scene.root
        is_unique = ((counted_rows or ranked_rows) and named) or self._is_unique(plan)
        if plan.groups and (plan.limit is not None or counted_rows) and is_unique:
            raise CannotPlan(f"each of {plan.grain[1]} is there once")
        self._check_ranges(plan)
        equal = [one.column for one in plan.filters if isinstance(one, Comparison) and one.operator == "="]
        for at, column in enumerate(equal):
            if column in equal[:at]:
                raise CannotPlan(f"{column.name} cannot be two things at once", column.name)
        if plan.multiplied and any(output.kind == "aggregate" for output in plan.outputs):
            raise CannotPlan("the join would multiply the rows that are aggregated")
        if any(output.kind == "everything" for output in plan.outputs) and len(plan.outputs) > 1:
            raise CannotPlan("all columns and more are asked for")
        if reading.each and not plan.groups and not plan.periods and plan.measured:
            raise CannotPlan("it is not said for each of what")
