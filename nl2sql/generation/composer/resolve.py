"""A reading to a plan: which columns, joined how, counted at which grain; or the problem that stands in the way."""

from dataclasses import dataclass, field
from datetime import date

from nl2sql.generation.composer.columns import MARGIN, Columns, Scene
from nl2sql.generation.composer.conditions import Conditions, either
from nl2sql.generation.composer.joins import JoinGraph, Key, Path, Step, key_of
from nl2sql.generation.composer.plan import ColumnRef, Comparison, Exists, Filter, Output, Plan, Sort
from nl2sql.generation.composer.problem import fail
from nl2sql.generation.composer.reading import Condition, Entity, Item, Ordering, Reading

_NUMERIC = ("integer", "number")
_ORDERED = ("integer", "number", "date", "timestamp", "time")


@dataclass(slots=True)
class _Draft:
    """A plan under construction. `grain` is the table whose rows are listed or counted."""

    grain: Key
    scene: Scene
    joins: list[Step] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    groups: list[ColumnRef] = field(default_factory=list)
    having: tuple[str, str] | None = None
    sorts: list[Sort] = field(default_factory=list)
    limit: int | None = None
    multiplied: bool = False


class Resolver:
    def __init__(self, reading: Reading, columns: Columns, *, today: date) -> None:
        self.reading = reading
        self.columns = columns
        self.graph: JoinGraph = columns.graph
        self.conditions = Conditions(columns, today=today, verbs=reading.verbs)

        self.mentioned = self._mentioned()

    # -- which tables ----------------------------------------------------------------------------------------------

    def roots(self) -> list[Key]:
        """The tables the question may be about; several are tried, and must not all succeed."""
        if self.reading.root is not None:
            return sorted(self.columns.focus_of(self.reading.root))
        nouns = [item.noun for item in self.reading.items if item.noun is not None and item.noun.names]
        sets = [{key_of(name.table): name.cost for name in noun.names} for noun in nouns]
        common = set.intersection(*(set(found) for found in sets)) if sets else set()
        if not common:
            grouped = [group.entity for group in self.reading.groups if group.entity is not None]
            if len(grouped) == 1:
                return sorted(self.columns.focus_of(grouped[0]))
            raise fail("unjoined", "it is not said of what", *(noun.text for noun in nouns))
        spoken = common & self._spoken()
        if len(common) > 1 and len(spoken) == 1:
            common = spoken
        total = {key: sum(found[key] for found in sets) for key in common}
        least = min(total.values())
        likeliest = sorted(key for key in common if total[key] <= least + MARGIN)
        likeliest = self._home(likeliest) or likeliest
        if len(likeliest) > 1:
            names = ", ".join(key[1] for key in likeliest)
            raise fail("ambiguous", f"it may be asked of {names}", *(noun.text for noun in nouns))
        return likeliest

    def _home(self, keys: list[Key]) -> list[Key]:
        """Codes that several tables refer to are listed where they are kept."""
        reading = self.reading
        if reading.conditions or reading.superlative or reading.having or reading.groups or len(keys) < 2:
            return []
        nouns = [item.noun for item in reading.items if item.noun is not None and item.kind == "column"]
        if len(nouns) != len(reading.items):
            return []
        kept = []
        for key in keys:
            columns = [name.column for noun in nouns for name in noun.names if key_of(name.table) == key]
            if not any(self.columns.is_foreign(ColumnRef(table=key, column=column)) for column in columns):
                kept.append(key)
        return kept if len(kept) == 1 else []

    def _spoken(self) -> set[Key]:
        """Tables that a restriction can only be of."""
        spoken = set(self.mentioned)
        for condition in self.reading.conditions:
            tables = {key_of(name.table) for name in condition.noun.names} if condition.noun is not None else set()
            spoken |= tables if len(tables) == 1 else set()
        return spoken

    def plan(self, root: Key) -> Plan:
        reading = self.reading
        mentioned = self.mentioned
        scene = Scene(root=root, mentioned=mentioned)
        draft = _Draft(grain=self._grain(root, scene), scene=scene)
        if draft.grain != root:
            draft.scene = Scene(root=root, mentioned=mentioned | {draft.grain})
        self._outputs(draft)
        self._groups(draft)
        self._order(draft)
        self._conditions(draft)
        self._check(draft)
        distinct = (reading.distinct or self._bare(draft)) and not draft.groups
        distinct = distinct and all(output.kind == "column" for output in draft.outputs)
        return Plan(
            source=draft.grain, joins=tuple(draft.joins), outputs=tuple(draft.outputs), filters=tuple(draft.filters),
            groups=tuple(dict.fromkeys(draft.groups)), having=draft.having, sorts=tuple(draft.sorts),
            limit=draft.limit, distinct=distinct, notes=tuple(dict.fromkeys(self.conditions.notes)),
        )  # fmt: skip

    def _bare(self, draft: _Draft) -> bool:
        """"What are all the genres?": a column without the thing it is of is a list of what there is."""
        if self.reading.root is not None or len(draft.outputs) != 1 or draft.sorts:
            return False
        ref = draft.outputs[0].column
        return ref is not None and (ref,) != self.columns.key(ref.table)

    def _mentioned(self) -> frozenset[Key]:
        reading = self.reading
        entities = [reading.root, reading.focus, *(c.entity for c in reading.conditions)]
        entities += [group.entity for group in reading.groups]
        entities += [item.entity for item in reading.items]
        entities += [c.focus for c in reading.conditions]
        entities += [item.noun.focus for item in reading.items if item.noun is not None]
        return frozenset(key for entity in entities for key in self.columns.focus_of(entity))

    def _counted_entities(self) -> list[Entity]:
        reading = self.reading
        found = [item.entity for item in reading.items if item.kind == "count" and item.entity is not None]
        for ordering in (reading.superlative, *reading.order):
            if ordering is not None and ordering.counted and ordering.entity is not None:
                found.append(ordering.entity)
        if reading.having is not None and reading.having.entity is not None:
            found.append(reading.having.entity)
        return found

    def _grain(self, root: Key, scene: Scene) -> Key:
        entities = self._counted_entities()
        keys = {self._entity_key(entity, root) for entity in entities}
        if len(keys) > 1:
            raise fail("unsure", "two different things are counted", *(entity.text for entity in entities))
        if keys:
            return keys.pop()
        aggregated = {
            self.columns.resolve(ordering.noun, scene).table
            for ordering in (self.reading.superlative, *self.reading.order)
            if ordering is not None and ordering.noun is not None and (ordering.function or ordering.summed)
        } | {
            self.columns.resolve(item.noun, scene).table
            for item in self.reading.items
            if item.kind == "aggregate" and item.noun is not None
        }
        if len(aggregated) == 1:
            table = aggregated.pop()
            paths = self.graph.shortest(root, table)
            if table != root and len(paths) == 1 and any(step.many for step in paths[0]):
                return table
        return root

    def _entity_key(self, entity: Entity, root: Key) -> Key:
        keys = self.columns.focus_of(entity)
        if root in keys:
            return root
        joined = [key for key in sorted(keys) if self.graph.shortest(root, key)]
        if len(joined) != 1:
            kind = "ambiguous" if joined else "unjoined"
            raise fail(kind, f"'{entity.text}' is not one table that keys join", entity.text)
        return joined[0]

    # -- joins -----------------------------------------------------------------------------------------------------

    def _path(self, start: Key, goal: Key, word: str) -> Path:
        paths = self.graph.certain(start, goal, mentioned=self.mentioned)
        if not paths:
            raise fail("unjoined", f"no foreign keys lead from {start[1]} to {goal[1]}", word)
        if len(paths) > 1:
            raise fail("ambiguous", f"{start[1]} and {goal[1]} are joined in {len(paths)} ways", word)
        path = paths[0]
        unnamed = any(step.target not in self.mentioned for step in path[:-1])
        if unnamed and any(step.many for step in path) and not self.graph.is_bridge(path):
            via = ", ".join(step.target[1] for step in path[:-1])
            raise fail("unsure", f"{start[1]} and {goal[1]} meet only through {via}, which was not named", word)
        return path

    def _joined(self, draft: _Draft) -> set[Key]:
        return {draft.grain, *(step.target for step in draft.joins)}

    def _join(self, draft: _Draft, goal: Key) -> None:
        if goal in self._joined(draft):
            return
        start = draft.grain
        for step in self._path(start, goal, goal[1]):
            if step.target not in self._joined(draft):
                draft.joins.append(step)
                draft.multiplied = draft.multiplied or step.many

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _outputs(self, draft: _Draft) -> None:
        for item in self.reading.items:
            draft.outputs.extend(self._output(item, draft))
        if len(set(draft.outputs)) < len(draft.outputs):
            raise fail("unsure", "two of the things asked for would be the same column")
        if not draft.outputs:
            raise fail("unsure", "nothing is asked for")

    def _output(self, item: Item, draft: _Draft) -> list[Output]:
        if item.kind == "everything":
            key = self._entity_key(item.entity, draft.scene.root) if item.entity else draft.grain
            return [Output(kind="everything", table=key)]
        if item.kind == "count":
            return [self._count(item, draft)]
        if item.kind == "label":
            key = self._entity_key(item.entity, draft.scene.root) if item.entity else draft.grain
            labels = self.columns.label(key)
            if not labels:
                raise fail("unsure", f"{key[1]} has no name to show", item.entity.text if item.entity else key[1])
            self._join(draft, key)
            return [Output(kind="column", column=label) for label in labels]
        assert item.noun is not None, "columns and aggregates are given by nouns"
        refs = self._full_name(item, draft) or [self.columns.resolve(item.noun, draft.scene)]
        for ref in refs:
            self._join(draft, ref.table)
        if item.kind == "aggregate":
            self._check_aggregate(item, refs[0])
            return [Output(kind="aggregate", column=refs[0], function=item.function or "")]
        self._check_code(item, refs[0])
        return [Output(kind="column", column=ref) for ref in refs]

    def _check_code(self, item: Item, ref: ColumnRef) -> None:
        """"the role" of an employee may be its code or what the code stands for."""
        noun = item.noun
        assert noun is not None, "the caller checked"
        costs = [name.cost for name in noun.names if (key_of(name.table), name.column) == (ref.table, ref.column)]
        if self.columns.is_foreign(ref) and min(costs, default=0.0) > 0:
            raise fail("unsure", f"'{noun.text}' may be {ref.column.name} or what it stands for", noun.text)

    def _full_name(self, item: Item, draft: _Draft) -> list[ColumnRef]:
        """ "names" of people who have a first and a last name."""
        noun = item.noun
        assert noun is not None, "the caller checked"
        words = {word for word in noun.text.lower().split() if word not in ("the", "of")}
        if not words or not words <= {"name", "names", "full"} or item.kind != "column":
            return []
        keys = self.columns.focus_of(noun.focus) or frozenset({draft.scene.root})
        if any(key_of(name.table) in keys for name in noun.names) or len(keys) != 1:
            return []
        labels = self.columns.label(next(iter(keys)))
        return list(labels) if len(labels) == 2 else []

    def _is_rank(self, ref: ColumnRef) -> bool:
        return self.columns.vocabulary.words_of(ref.column)[-1] in ("rank", "ranking", "position")

    def _check_aggregate(self, item: Item, ref: ColumnRef) -> None:
        kinds = _NUMERIC if item.function in ("avg", "sum") else _ORDERED
        if item.function in ("max", "min") and self._is_rank(ref):
            raise fail("unsure", f"the best {ref.column.name} may be the least", item.noun.text if item.noun else "")
        if ref.column.kind not in kinds:
            raise fail("unsure", f"{ref.column.name} cannot be aggregated", item.noun.text if item.noun else "")

    def _count(self, item: Item, draft: _Draft) -> Output:
        if item.entity is not None:
            if self.reading.superlative is not None and len(self.reading.items) == 1:
                raise fail("unsure", "a number of the greatest only is not certain", item.entity.text)
            return Output(kind="count")
        assert item.noun is not None, "a count is of an entity or a noun"
        ref = self.columns.resolve(item.noun, draft.scene)
        if not item.distinct and ref.column.kind != "text":
            raise fail("unsure", f"'{item.noun.text}' may be counted or counted once each", item.noun.text)
        self._join(draft, ref.table)
        return Output(kind="count", column=ref, distinct=True)

    # -- groups ----------------------------------------------------------------------------------------------------

    def _groups(self, draft: _Draft) -> None:
        reading = self.reading
        counted = reading.having is not None or any(
            order is not None and (order.counted or order.function is not None or self._sums(order, draft))
            for order in (reading.superlative, *reading.order)
        )
        aggregated = any(output.kind in ("aggregate", "count") for output in draft.outputs)
        plain = [output for output in draft.outputs if output.kind == "column"]
        if not counted and not aggregated:
            self._check_each(draft)
            return
        explicit: list[ColumnRef] = []
        for group in reading.groups:
            explicit.extend(
                self._group(group.noun and self.columns.resolve(group.noun, draft.scene), group.entity, draft)
            )
        if reading.each and not explicit and not plain:
            raise fail("unsure", "it is not said for each of what")
        draft.groups.extend(explicit)
        shown = [output.column for output in plain if output.column is not None]
        for ref in reversed(explicit):
            if not reading.listed and not (plain and self._by_entity(ref)) and ref not in shown and ref in self._shown_groups(explicit, draft):
                draft.outputs.insert(0, Output(kind="column", column=ref))
        for ref in shown:
            if ref.table != draft.grain and not explicit and self._stands_for_row(ref.table, shown):
                draft.groups.extend(self.columns.key(ref.table))
            draft.groups.append(ref)
        if reading.having is not None:
            draft.having = (reading.having.operator, reading.having.number)
        if counted and not draft.groups:
            raise fail("unsure", "nothing to count by")

    def _check_each(self, draft: _Draft) -> None:
        """Without a measure, "each" may only be said of what is listed."""
        shown = {output.column for output in draft.outputs}
        for group in self.reading.groups:
            own = draft.grain in self.columns.focus_of(group.entity)
            if not own and not (group.noun is not None and self.columns.resolve(group.noun, draft.scene) in shown):
                raise fail("unsure", "it is not said what to measure for each")

    def _by_entity(self, ref: ColumnRef) -> bool:
        """Whether the group is a thing that the columns asked for already name."""
        return any(ref.table in self.columns.focus_of(group.entity) for group in self.reading.groups if group.entity)

    def _stands_for_row(self, table: Key, shown: list[ColumnRef]) -> bool:
        """Whether what is shown of `table` tells its rows apart, so that each row is a group."""
        telling = {*self.columns.key(table), *self.columns.label(table)}
        return any(ref in telling for ref in shown)

    def _shown_groups(self, explicit: list[ColumnRef], draft: _Draft) -> list[ColumnRef]:
        """A group by an entity shows its name, and groups by its key as well."""
        hidden = {ref for key in {ref.table for ref in explicit} for ref in self.columns.key(key)}
        shown = [ref for ref in explicit if ref not in hidden]
        asked = [group.noun for group in self.reading.groups if group.noun is not None]
        return explicit if asked and not shown else shown or explicit

    def _group(self, ref: ColumnRef | None, entity: Entity | None, draft: _Draft) -> list[ColumnRef]:
        if ref is not None:
            self._join(draft, ref.table)
            return [ref]
        assert entity is not None, "a group is a column or an entity"
        key = self._entity_key(entity, draft.grain)
        if key == draft.grain:
            return []
        self._join(draft, key)
        return [*self.columns.key(key), *self.columns.label(key)]

    # -- order -----------------------------------------------------------------------------------------------------

    def _order(self, draft: _Draft) -> None:
        reading = self.reading
        if reading.superlative is not None:
            if reading.groups:
                raise fail("unsure", "the greatest of each group is a list I do not write")
            draft.sorts.append(self._sort(reading.superlative, draft, superlative=True))
            draft.limit = reading.limit or 1
        for ordering in reading.order:
            draft.sorts.append(self._sort(ordering, draft, superlative=False))
        if reading.limit is not None and draft.limit is None:
            if not draft.sorts:
                raise fail("unsure", "it is not said by what the first are chosen")
            draft.limit = reading.limit

    def _sort(self, ordering: Ordering, draft: _Draft, *, superlative: bool) -> Sort:
        if ordering.counted:
            return Sort(output=Output(kind="count"), descending=ordering.descending)
        if ordering.by_output:
            return Sort(output=self._first_output(draft, alphabetical=ordering.alphabetical), descending=ordering.descending)
        ref, descending = self._sort_column(ordering, draft)
        if superlative and self._is_rank(ref):
            raise fail("unsure", f"the best {ref.column.name} may be the least", ref.column.name)
        if superlative and ref.column.kind not in _ORDERED:
            raise fail("unsure", f"{ref.column.name} holds text: its greatest is not certain", ref.column.name)
        function = ordering.function or ("sum" if self._sums(ordering, draft) else None)
        if function is not None:
            if function in ("avg", "sum") and ref.column.kind not in _NUMERIC:
                raise fail("unsure", f"{ref.column.name} holds no numbers", ref.column.name)
            self._join(draft, ref.table)
            return Sort(output=Output(kind="aggregate", column=ref, function=function), descending=descending)
        if draft.groups:
            return self._grouped_sort(ref, descending, draft)
        if superlative and any(output.kind in ("aggregate", "count") for output in draft.outputs):
            raise fail("unsure", "an aggregate of the greatest only is not certain")
        if superlative:
            self._check_superlative(ref, draft)
        self._join(draft, ref.table)
        return Sort(output=Output(kind="column", column=ref), descending=descending)

    def _sums(self, ordering: Ordering, draft: _Draft) -> bool:
        """Whether each of what is listed has several rows of the measure, which then count together."""
        return ordering.summed and ordering.noun is not None and draft.grain != draft.scene.root

    def _check_superlative(self, ref: ColumnRef, draft: _Draft) -> None:
        """ "students of the department with the highest budget": many rows share the greatest."""
        if ref.table == draft.grain:
            return
        path = self._path(draft.grain, ref.table, ref.column.name)
        many = any(step.many for step in path)
        if many != (ref.table in draft.scene.mentioned):
            raise fail("unsure", f"several rows may share the greatest {ref.column.name}", ref.column.name)

    def _grouped_sort(self, ref: ColumnRef, descending: bool, draft: _Draft) -> Sort:
        if ref in draft.groups:
            return Sort(output=Output(kind="column", column=ref), descending=descending)
        same = [output for output in draft.outputs if output.kind == "aggregate" and output.column == ref]
        if len(same) != 1:
            raise fail("unsure", f"groups cannot be ordered by {ref.column.name}", ref.column.name)
        return Sort(output=same[0], descending=descending)

    def _sort_column(self, ordering: Ordering, draft: _Draft) -> tuple[ColumnRef, bool]:
        if ordering.noun is not None:
            return self.columns.resolve(ordering.noun, draft.scene), ordering.descending
        if ordering.measures == ("date",):
            ref = self.columns.date_column(draft.scene, self.reading.focus, self.reading.verbs, years=False)
            return ref, ordering.descending
        measured = self.columns.measured(ordering.measures, draft.scene, self.reading.focus)
        if measured is None:
            raise fail("unplaced", f"no column measures {ordering.measures[0]}", ordering.measures[0])
        born = measured.column.kind in ("date", "timestamp") or "year" in self.columns.vocabulary.words_of(
            measured.column
        )
        return measured, ordering.descending != born if ordering.measures[0] == "age" else ordering.descending

    @staticmethod
    def _first_output(draft: _Draft, *, alphabetical: bool) -> Output:
        measured = [output for output in draft.outputs if output.kind in ("aggregate", "count")]
        if len(measured) == 1 and not alphabetical:
            return measured[0]
        columns = [output for output in draft.outputs if output.kind == "column"]
        if alphabetical:
            columns = [output for output in columns if output.column and output.column.column.kind == "text"] or columns
        if not columns or (len(columns) != 1 and (measured or not alphabetical)):
            raise fail("unsure", "it is not said by what to order")
        return columns[0]

    # -- restrictions ----------------------------------------------------------------------------------------------

    def _conditions(self, draft: _Draft) -> None:
        pending: dict[Step, list[tuple[Path, list[tuple[ColumnRef, Filter]]]]] = {}
        for alternatives in _alternatives(self.reading.conditions):
            first = alternatives[0]
            if first.kind == "related":
                self._related(first, draft, pending)
                continue
            pairs = [self.conditions.filter(condition, draft.scene) for condition in alternatives]
            tables = {ref.table for ref, _ in pairs}
            if len(tables) != 1:
                raise fail("unsure", "alternatives of different tables", *(c.text for c in alternatives))
            self._place(pairs, tables.pop(), draft, pending)
        for step, groups in pending.items():
            draft.filters.append(self._exists(step, groups))

    def _place(
        self,
        pairs: list[tuple[ColumnRef, Filter]],
        table: Key,
        draft: _Draft,
        pending: dict[Step, list[tuple[Path, list[tuple[ColumnRef, Filter]]]]],
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
        for step in path[:cut]:
            if step.target not in self._joined(draft):
                draft.joins.append(step)
        pending.setdefault(path[cut], []).append((path[cut + 1 :], pairs))

    def _related(
        self,
        condition: Condition,
        draft: _Draft,
        pending: dict[Step, list[tuple[Path, list[tuple[ColumnRef, Filter]]]]],
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

    def _absent(self, condition: Condition, key: Key, draft: _Draft) -> Exists:
        anchor = draft.grain
        if key == anchor:
            raise fail("unsure", "a thing cannot lack itself", condition.text)
        path = self._path(anchor, key, condition.text)
        inner: list[Filter] = []
        joins = list(path[1:])
        scene = Scene(root=key, mentioned=draft.scene.mentioned)
        for alternatives in _alternatives(condition.inner):
            if alternatives[0].kind == "related":
                raise fail("unsure", "an absence of a relation of a relation", condition.text)
            pairs = [self.conditions.filter(one, scene) for one in alternatives]
            tables = {ref.table for ref, _ in pairs}
            if len(tables) != 1 or anchor in tables:
                raise fail("unsure", "the absence says something of what is listed", condition.text)
            for step in self._path(key, tables.pop(), condition.text):
                if step.target not in {path[0].target, *(one.target for one in joins)}:
                    joins.append(step)
            inner.append(either([one for _, one in pairs]))
        return Exists(first=path[0], joins=tuple(joins), filters=tuple(inner), negated=True)

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

    # -- what would be wrong ---------------------------------------------------------------------------------------

    def _check(self, draft: _Draft) -> None:
        equal: set[ColumnRef] = set()
        for one in draft.filters:
            if isinstance(one, Comparison) and one.operator == "=":
                if one.column in equal:
                    raise fail(
                        "unsure", f"{one.column.column.name} cannot be two things at once", one.column.column.name
                    )
                equal.add(one.column)
        aggregated = [output for output in draft.outputs if output.kind in ("aggregate", "count")]
        if draft.multiplied and any(output.kind == "aggregate" for output in aggregated):
            raise fail("unsure", "the join would multiply the rows that are aggregated")
        everything = any(output.kind == "everything" for output in draft.outputs)
        if everything and len(draft.outputs) > 1:
            raise fail("unsure", "all columns and more are asked for")
        if self.reading.each and not draft.groups and aggregated:
            raise fail("unsure", "it is not said for each of what")


def _alternatives(conditions: tuple[Condition, ...]) -> list[list[Condition]]:
    """Conditions joined by OR, together; those joined by AND apart."""
    groups: list[list[Condition]] = []
    for condition in conditions:
        if condition.either and groups:
            groups[-1].append(condition)
        else:
            groups.append([condition])
    return groups
