"""In what order, and how many."""

from nl2sql.generation.composer.plan import NUMERIC, ORDERED, TEMPORAL, CannotPlan, ColumnRef, Output, Sort
from nl2sql.generation.composer.planning.draft import PlanDraft, Tables
from nl2sql.generation.composer.reading import Ordering


class Sorts(Tables):
    def _order(self, draft: PlanDraft) -> None:
        reading = self.reading
        if draft.periods and (reading.superlative is not None or reading.order):
            raise CannotPlan("periods are listed in their own order")
        if reading.superlative is not None:
            if reading.groups:
                raise CannotPlan("the greatest of each group is a list I do not write")
            draft.sorts.append(self._sort(reading.superlative, draft, superlative=True))
            draft.limit = reading.limit or 1
        for ordering in reading.order:
            draft.sorts.append(self._sort(ordering, draft, superlative=False))
        if reading.limit is not None and draft.limit is None:
            if not draft.sorts:
                raise CannotPlan("it is not said by what the first are chosen")
            draft.limit = reading.limit

    def _sort(self, ordering: Ordering, draft: PlanDraft, *, superlative: bool) -> Sort:
        if ordering.counted:
            return Sort(output=Output(kind="count"), descending=ordering.descending)
        if ordering.by_output:
            return Sort(
                output=self._first_output(draft, alphabetical=ordering.alphabetical), descending=ordering.descending
            )
        ref, descending = self._sort_column(ordering, draft)
        if superlative and self._is_rank(ref):
            raise CannotPlan(f"the best {ref.name} may be the least", ref.name)
        if superlative and ref.kind not in ORDERED:
            raise CannotPlan(f"{ref.name} holds text: its greatest is not certain", ref.name)
        function = ordering.function or ("sum" if self.sums(ordering, draft) else None)
        if function is not None:
            if function in ("avg", "sum") and ref.kind not in NUMERIC:
                raise CannotPlan(f"{ref.name} holds no numbers", ref.name)
            self._join(draft, ref.table)
            return Sort(output=Output(kind="aggregate", column=ref, function=function), descending=descending)
        if draft.groups:
            return self._grouped_sort(ref, descending, draft)
        if superlative and draft.measured:
            raise CannotPlan("an aggregate of the greatest only is not certain")
        if superlative:
            self._check_superlative(ref, draft)
        self._join(draft, ref.table)
        return Sort(output=Output(kind="column", column=ref), descending=descending)

    def _check_superlative(self, ref: ColumnRef, draft: PlanDraft) -> None:
        """ "students of the department with the highest budget": many rows share the greatest."""
        if ref.table == draft.grain:
            return
        path = self._path(draft.grain, ref.table, ref.name)
        many = any(step.many for step in path)
        if many != (ref.table in draft.scene.mentioned):
            raise CannotPlan(f"several rows may share the greatest {ref.name}", ref.name)

    def _grouped_sort(self, ref: ColumnRef, descending: bool, draft: PlanDraft) -> Sort:
        if ref in draft.groups:
            return Sort(output=Output(kind="column", column=ref), descending=descending)
        same = [output for output in draft.outputs if output.kind == "aggregate" and output.column == ref]
        if len(same) != 1:
            raise CannotPlan(f"groups cannot be ordered by {ref.name}", ref.name)
        return Sort(output=same[0], descending=descending)

    def _sort_column(self, ordering: Ordering, draft: PlanDraft) -> tuple[ColumnRef, bool]:
        if ordering.noun is not None:
            return self.columns.resolve(ordering.noun, draft.scene), ordering.descending
        if ordering.measures == ("date",):
            ref = self.columns.date_column(draft.scene, self.reading.focus, self.reading.verbs, years=False)
            return ref, ordering.descending
        measured = self.columns.measured(ordering.measures, draft.scene, self.reading.focus)
        if measured is None:
            raise CannotPlan(f"no column measures {ordering.measures[0]}", ordering.measures[0])
        born = measured.kind in TEMPORAL or "year" in self.columns.vocabulary.words_of(measured)
        return measured, ordering.descending != born if ordering.measures[0] == "age" else ordering.descending

    @staticmethod
    def _first_output(draft: PlanDraft, *, alphabetical: bool) -> Output:
        measured = [output for output in draft.outputs if output.kind in ("aggregate", "count")]
        if len(measured) == 1 and not alphabetical:
            return measured[0]
        columns = [output for output in draft.outputs if output.kind == "column"]
        if alphabetical:
            columns = [output for output in columns if output.column and output.column.kind == "text"] or columns
        if not columns or (len(columns) != 1 and (measured or not alphabetical)):
            raise CannotPlan("it is not said by what to order")
        return columns[0]
