"""In what order, and how many."""

from nl2sql.generation.composer.plan import NUMERIC, ORDERED, TEMPORAL, CannotPlan, ColumnRef, Output, Plan, Sort
from nl2sql.generation.composer.planning.tables import Tables
from nl2sql.generation.composer.reading import Ordering


class Sorts(Tables):
    def _order(self, plan: Plan) -> None:
        reading = self.reading
        if plan.periods and (reading.superlative is not None or reading.order):
            raise CannotPlan("periods are listed in their own order")
        if reading.superlative is not None:
            if reading.groups:
                raise CannotPlan("the greatest of each group is a list I do not write")
            plan.sorts.append(self._sort(reading.superlative, plan, superlative=True))
            plan.limit = reading.limit or 1
        for ordering in reading.order:
            plan.sorts.append(self._sort(ordering, plan, superlative=False))
        if reading.limit is not None and plan.limit is None:
            if not plan.sorts:
                raise CannotPlan("it is not said by what the first are chosen")
            plan.limit = reading.limit

    def _sort(self, ordering: Ordering, plan: Plan, *, superlative: bool) -> Sort:
        if ordering.counted:
            return Sort(output=Output(kind="count"), descending=ordering.descending)
        if ordering.by_output:
            output = self._first_output(plan, alphabetical=ordering.alphabetical)
            return Sort(output=output, descending=ordering.descending)
        ref, descending = self._sort_column(ordering, plan)
        if superlative and self._is_rank(ref):
            raise CannotPlan(f"the best {ref.name} may be the least", ref.name)
        if superlative and ref.kind not in ORDERED:
            raise CannotPlan(f"{ref.name} holds text: its greatest is not certain", ref.name)
        return Sort(output=self._sorted(ref, ordering, plan, superlative=superlative), descending=descending)

    def _sorted(self, ref: ColumnRef, ordering: Ordering, plan: Plan, *, superlative: bool) -> Output:
        function = ordering.function or ("sum" if self.sums(ordering, plan) else None)
        if function is None and plan.groups:
            return self._of_groups(ref, plan)
        if function in ("avg", "sum") and ref.kind not in NUMERIC:
            raise CannotPlan(f"{ref.name} holds no numbers", ref.name)
        if function is None and superlative:
            if plan.measured:
                raise CannotPlan("an aggregate of the greatest only is not certain")
            self._check_superlative(ref, plan)
        self._join(plan, ref.table)
        if function is None:
            return Output(kind="column", column=ref)
        return Output(kind="aggregate", column=ref, function=function)

    def _check_superlative(self, ref: ColumnRef, plan: Plan) -> None:
        """ "students of the department with the highest budget": many rows share the greatest."""
        if ref.table == plan.grain:
            return
        path = self._path(plan.grain, ref.table, ref.name)
        many = any(step.many for step in path)
        if many != (ref.table in plan.scene.mentioned):
            raise CannotPlan(f"several rows may share the greatest {ref.name}", ref.name)

    @staticmethod
    def _of_groups(ref: ColumnRef, plan: Plan) -> Output:
        if ref in plan.groups:
            return Output(kind="column", column=ref)
        same = [output for output in plan.outputs if output.kind == "aggregate" and output.column == ref]
        if len(same) != 1:
            raise CannotPlan(f"groups cannot be ordered by {ref.name}", ref.name)
        return same[0]

    def _sort_column(self, ordering: Ordering, plan: Plan) -> tuple[ColumnRef, bool]:
        if ordering.noun is not None:
            return self.columns.resolve(ordering.noun, plan.scene), ordering.descending
        if ordering.measures == ("date",):
            ref = self.columns.date_column(plan.scene, self.reading.focus, self.reading.verbs, years=False)
            return ref, ordering.descending
        measured = self.columns.measured(ordering.measures, plan.scene, self.reading.focus)
        if measured is None:
            raise CannotPlan(f"no column measures {ordering.measures[0]}", ordering.measures[0])
        born = measured.kind in TEMPORAL or "year" in self.columns.vocabulary.words_of(measured)
        return measured, ordering.descending != born if ordering.measures[0] == "age" else ordering.descending

    @staticmethod
    def _first_output(plan: Plan, *, alphabetical: bool) -> Output:
        measured = [output for output in plan.outputs if output.kind in ("aggregate", "count")]
        if len(measured) == 1 and not alphabetical:
            return measured[0]
        columns = [output for output in plan.outputs if output.kind == "column"]
        if alphabetical:
            columns = [output for output in columns if output.column and output.column.kind == "text"] or columns
        if not columns or (len(columns) != 1 and (measured or not alphabetical)):
            raise CannotPlan("it is not said by what to order")
        return columns[0]
