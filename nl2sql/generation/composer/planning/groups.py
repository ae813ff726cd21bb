"""What rows are counted and aggregated by."""

from nl2sql.calendar_spans import Unit
from nl2sql.dialects.registry import facts_of
from nl2sql.generation.composer.joins import Key
from nl2sql.generation.composer.plan import CannotPlan, ColumnRef, Output, Sort
from nl2sql.generation.composer.planning.columns import Scene
from nl2sql.generation.composer.planning.draft import PlanDraft, Tables
from nl2sql.generation.composer.reading import Grouping


class Groups(Tables):
    def _groups(self, draft: PlanDraft) -> None:
        reading = self.reading
        if not draft.measured and not self._ranked_by_measure(draft):
            self._check_each(draft)
            return
        shown = [output.column for output in draft.outputs if output.kind == "column" and output.column is not None]
        explicit = [ref for group in reading.groups for ref in self._group(group, draft)]
        if reading.each and not explicit and not shown and not draft.periods:
            raise CannotPlan("it is not said for each of what")
        draft.groups.extend(explicit)
        self._show_groups(explicit, shown, draft)
        for ref in shown:
            repeats = ref.table != draft.grain or draft.multiplied
            if repeats and not explicit and self._stands_for_row(ref.table, shown):
                draft.groups.extend(self.columns.key(ref.table))
            draft.groups.append(ref)
        if reading.having is not None:
            draft.having = (reading.having.operator, reading.having.number)
        for key in sorted({ref.table for ref in draft.groups} - {draft.grain}):
            self.conditions.notes.append(f"{key[1]} without any {draft.grain[1]} are not listed")
        if self._ranked_by_measure(draft) and not draft.groups and not draft.periods:
            raise CannotPlan("nothing to count by")

    def _ranked_by_measure(self, draft: PlanDraft) -> bool:
        """Whether rows must be counted or summed to choose or order what is shown."""
        return self.reading.having is not None or any(
            order.counted or order.function is not None or self.sums(order, draft) for order in self.reading.orders
        )

    def _show_groups(self, explicit: list[ColumnRef], shown: list[ColumnRef], draft: PlanDraft) -> None:
        """Each group is told by its name, unless a sentence of its own said what to show."""
        if self.reading.listed:
            return
        for ref in reversed(self._shown_groups(list(dict.fromkeys(explicit)))):
            if ref not in shown and not (shown and self._by_entity(ref, draft)):
                draft.outputs.insert(0, Output(kind="column", column=ref))

    def _check_each(self, draft: PlanDraft) -> None:
        """Without a measure, "each" may only be said of what is listed."""
        shown = {output.column for output in draft.outputs}
        for group in self.reading.groups:
            if group.unit is not None:
                raise CannotPlan("it is not said what to measure for each", group.unit)
            own = draft.grain in self.columns.focus_of(group.entity)
            if not own and not (group.noun is not None and self.columns.resolve(group.noun, draft.scene) in shown):
                raise CannotPlan("it is not said what to measure for each")

    def _by_entity(self, ref: ColumnRef, draft: PlanDraft) -> bool:
        """Whether the group is a thing that the columns asked for already name, and no column said besides."""
        nouns = [group.noun for group in self.reading.groups if group.noun is not None]
        if any(self.columns.resolve(noun, draft.scene) == ref for noun in nouns):
            return False
        return any(ref.table in self.columns.focus_of(group.entity) for group in self.reading.groups if group.entity)

    def _stands_for_row(self, table: Key, shown: list[ColumnRef]) -> bool:
        """Whether what is shown of `table` tells its rows apart, so that each row is a group."""
        telling = {*self.columns.key(table), *self.columns.label(table)}
        return any(ref in telling for ref in shown)

    def _period(self, unit: Unit, draft: PlanDraft) -> None:
        dialect = self.columns.schema.dialect
        if unit not in facts_of(dialect).period_units:
            raise CannotPlan(f"{dialect} has no {unit}s", unit)
        ref = self.columns.date_column(Scene(root=draft.grain), None, self.reading.verbs, years=False)
        period = Output(kind="period", column=ref, unit=unit)
        draft.periods.append(period)
        draft.outputs.insert(0, period)
        draft.sorts.append(Sort(output=period, descending=False))

    def _shown_groups(self, explicit: list[ColumnRef]) -> list[ColumnRef]:
        """A group by an entity shows its name, and groups by its key as well."""
        hidden = {ref for key in {ref.table for ref in explicit} for ref in self.columns.key(key)}
        shown = [ref for ref in explicit if ref not in hidden]
        asked = [group.noun for group in self.reading.groups if group.noun is not None]
        return explicit if asked and not shown else shown or explicit

    def _group(self, group: Grouping, draft: PlanDraft) -> list[ColumnRef]:
        if group.unit is not None:
            self._period(group.unit, draft)
            return []
        if group.noun is not None:
            ref = self.columns.resolve(group.noun, draft.scene)
            self._join(draft, ref.table)
            return [ref]
        assert group.entity is not None, "a group is a column, an entity or a unit"
        key = self._entity_key(group.entity, draft.grain)
        if key == draft.grain and not draft.multiplied:
            return []
        self._join(draft, key)
        return [*self.columns.key(key), *self.columns.label(key)]
