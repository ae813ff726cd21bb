"""What is shown."""

from nl2sql.generation.composer.joins import Key
from nl2sql.generation.composer.plan import NUMERIC, ORDERED, CannotPlan, ColumnRef, Output, Plan
from nl2sql.generation.composer.planning.tables import Tables
from nl2sql.generation.composer.reading import Item, Noun
from nl2sql.generation.composer.vocabulary import OTHERS_COST, PART_COST


class Outputs(Tables):
    def _outputs(self, plan: Plan) -> None:
        for item in self.reading.items:
            plan.outputs.extend(self._output(item, plan))
        if len(set(plan.outputs)) < len(plan.outputs):
            raise CannotPlan("two of the things asked for would be the same column")
        if not plan.outputs:
            raise CannotPlan("nothing is asked for")

    def _output(self, item: Item, plan: Plan) -> list[Output]:
        if item.kind == "everything":
            return [Output(kind="everything", table=self._key_of(item, plan))]
        if item.kind == "count":
            return [self._count(item, plan)]
        if item.kind == "key":
            key = self._key_of(item, plan)
            self._join(plan, key)
            return [Output(kind="column", column=ref) for ref in self.columns.key(key)]
        if item.kind == "label":
            return self._label(item, plan)
        assert item.noun is not None, "columns and aggregates are given by nouns"
        named = self._full_name(item.noun, plan) if item.kind == "column" else ()
        refs = named or (self.columns.resolve(item.noun, plan.scene),)
        for ref in refs:
            self._join(plan, ref.table)
        if item.kind == "aggregate":
            self._check_aggregate(item, item.noun, refs[0])
            return [Output(kind="aggregate", column=refs[0], function=item.function or "")]
        self._check_code(item.noun, refs[0])
        return [Output(kind="column", column=ref) for ref in refs]

    def _key_of(self, item: Item, plan: Plan) -> Key:
        return self._entity_key(item.entity, plan.scene.root) if item.entity else plan.grain

    def _label(self, item: Item, plan: Plan) -> list[Output]:
        """A thing by its name; one without a name by all that is known of it."""
        key = self._key_of(item, plan)
        labels = self.columns.label(key)
        self._join(plan, key)
        if labels:
            return [Output(kind="column", column=label) for label in labels]
        if len(self.reading.items) > 1 or self.reading.groups:
            raise CannotPlan(f"{key[1]} has no name to show", item.entity.text if item.entity else key[1])
        self.conditions.notes.append(f"{key[1]} has no name to show: all its columns are shown")
        return [Output(kind="everything", table=key)]

    def _check_code(self, noun: Noun, ref: ColumnRef) -> None:
        """ "the role" of an employee may be its code or what the code stands for."""
        costs = [name.cost for name in noun.names if name.ref == ref]
        if self.columns.is_foreign(ref) and min(costs, default=0.0) > OTHERS_COST:
            raise CannotPlan(f"'{noun.text}' may be {ref.name} or what it stands for", noun.text)

    def _full_name(self, noun: Noun, plan: Plan) -> tuple[ColumnRef, ...]:
        """ "names" of people who have a first and a last name."""
        words = {word for word in noun.text.lower().split() if word not in ("the", "of")}
        keys = self.columns.focus_of(noun.focus) or frozenset({plan.scene.root})
        whole = any(name.key in keys and name.cost < PART_COST for name in noun.names)
        if not words or not words <= {"name", "names", "full"} or whole or len(keys) != 1:
            return ()
        labels = self.columns.label(next(iter(keys)))
        return labels if len(labels) == 2 else ()

    def _check_aggregate(self, item: Item, noun: Noun, ref: ColumnRef) -> None:
        if item.function in ("max", "min") and self._is_rank(ref):
            raise CannotPlan(f"the best {ref.name} may be the least", noun.text)
        if ref.kind not in (NUMERIC if item.function in ("avg", "sum") else ORDERED):
            raise CannotPlan(f"{ref.name} cannot be aggregated", noun.text)

    def _count(self, item: Item, plan: Plan) -> Output:
        if item.entity is not None:
            if self.reading.superlative is not None and len(self.reading.items) == 1:
                raise CannotPlan("a number of the greatest only is not certain", item.entity.text)
            return Output(kind="count")
        assert item.noun is not None, "a count is of an entity or a noun"
        ref = self.columns.resolve(item.noun, plan.scene)
        if not item.distinct and ref.kind != "text":
            raise CannotPlan(f"'{item.noun.text}' may be counted or counted once each", item.noun.text)
        self._join(plan, ref.table)
        return Output(kind="count", column=ref, distinct=True)
