"""What rows are counted and aggregated by."""

from nl2sql.calendar_spans import Unit
from nl2sql.dialects.registry import facts_of
from nl2sql.generation.composer.joins import Key
from nl2sql.generation.composer.plan import CannotPlan, ColumnRef, Output, Plan, Scene, Sort
from nl2sql.generation.composer.planning.tables import Tables
from nl2sql.generation.composer.reading import Grouping


class Groups(Tables):
    def _groups(self, plan: Plan) -> None:
        reading = self.reading
        if not plan.measured and not self._ranked_by_measure(plan):
            self._check_each(plan)
            return
        shown = [output.column for output in plan.outputs if output.kind == "column" and output.column is not None]
        explicit = [ref for group in reading.groups for ref in self._group(group, plan)]
        if reading.each and not explicit and not shown and not plan.periods:
            raise CannotPlan("it is not said for each of what")
        plan.groups.extend(explicit)
        self._show_groups(explicit, shown, plan)
        for ref in shown:
            repeats = ref.table != plan.grain or plan.multiplied
            if repeats and not explicit and self._stands_for_row(ref.table, shown):
                plan.groups.extend(self.columns.key(ref.table))
            plan.groups.append(ref)
        if reading.having is not None:
            plan.having = (reading.having.operator, reading.having.number)
        for key in sorted({ref.table for ref in plan.groups} - {plan.grain}):
            self.conditions.notes.append(f"{key[1]} without any {plan.grain[1]} are not listed")
        if self._ranked_by_measure(plan) and not plan.groups and not plan.periods:
            raise CannotPlan("nothing to count by")

    def _ranked_by_measure(self, plan: Plan) -> bool:
        """Whether rows must be counted or summed to choose or order what is shown."""
        return self.reading.having is not None or any(
            order.counted or order.function is not None or self.sums(order, plan) for order in self.reading.orders
        )

    def _show_groups(self, explicit: list[ColumnRef], shown: list[ColumnRef], plan: Plan) -> None:
        """Each group is told by its name, unless a sentence of its own said what to show."""
        if self.reading.listed:
            return
        for ref in reversed(self._shown_groups(list(dict.fromkeys(explicit)))):
            if ref not in shown and not (shown and self._by_entity(ref, plan)):
                plan.outputs.insert(0, Output(kind="column", column=ref))

    def _check_each(self, plan: Plan) -> None:
        """Without a measure, "each" may only be said of what is listed."""
        shown = {output.column for output in plan.outputs}
        for group in self.reading.groups:
            if group.unit is not None:
                raise CannotPlan("it is not said what to measure for each", group.unit)
            own = plan.grain in self.columns.focus_of(group.entity)
            if not own and not (group.noun is not None and self.columns.resolve(group.noun, plan.scene) in shown):
                raise CannotPlan("it is not said what to measure for each")

    def _by_entity(self, ref: ColumnRef, plan: Plan) -> bool:
        """Whether the group is a thing that the columns asked for already name, and no column said besides."""
        nouns = [group.noun for group in self.reading.groups if group.noun is not None]
        if any(self.columns.resolve(noun, plan.scene) == ref for noun in nouns):
            return False
        return any(ref.table in self.columns.focus_of(group.entity) for group in self.reading.groups if group.entity)

    def _stands_for_row(self, table: Key, shown: list[ColumnRef]) -> bool:
        """Whether what is shown of `table` tells its rows apart, so that each row is a group."""
        telling = {*self.columns.key(table), *self.columns.label(table)}
        return any(ref in telling for ref in shown)

    def _period(self, unit: Unit, plan: Plan) -> None:
        dialect = self.columns.schema.dialect
        if unit not in facts_of(dialect).period_units:
            raise CannotPlan(f"{dialect} has no {unit}s", unit)
        ref = self.columns.date_column(Scene(root=plan.grain), None, self.reading.verbs, years=False)
        period = Output(kind="period", column=ref, unit=unit)
        plan.periods.append(period)
        plan.outputs.insert(0, period)
        plan.sorts.append(Sort(output=period, descending=False))

    def _shown_groups(self, explicit: list[ColumnRef]) -> list[ColumnRef]:
        """A group by an entity shows its name, and groups by its key as well."""
        hidden = {ref for key in {ref.table for ref in explicit} for ref in self.columns.key(key)}
        shown = [ref for ref in explicit if ref not in hidden]
        asked = [group.noun for group in self.reading.groups if group.noun is not None]
        return explicit if asked and not shown else shown or explicit

    def _group(self, group: Grouping, plan: Plan) -> list[ColumnRef]:
        if group.unit is not None:
            self._period(group.unit, plan)
            return []
        if group.noun is not None:
            ref = self.columns.resolve(group.noun, plan.scene)
            self._join(plan, ref.table)
            return [ref]
        assert group.entity is not None, "a group is a column, an entity or a unit"
        key = self._entity_key(group.entity, plan.grain)
        if key == plan.grain and not plan.multiplied:
            return []
        self._join(plan, key)
        return [*self.columns.key(key), *self.columns.label(key)]
