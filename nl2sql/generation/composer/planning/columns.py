"""Which column a noun means, seen from the tables that the question speaks of."""

from nl2sql.generation.composer.joins import JoinGraph, Key
from nl2sql.generation.composer.plan import NUMERIC, TEMPORAL, CannotPlan, ColumnRef, Scene
from nl2sql.generation.composer.reading import Condition, Entity, Noun
from nl2sql.generation.composer.verbs import DEEDS
from nl2sql.generation.composer.vocabulary import PART_COST, ColumnName, Vocabulary
from nl2sql.generation.composer.words import roots_of, verb_roots
from schema_index.retrieval.types import StoredValue
from schema_index.schema import DatabaseSchema, Table

MARGIN = 0.3
"""Two candidates closer than this are the same distance from what was asked."""

_AHEAD = {"due", "expected", "planned", "scheduled", "estimated", "expire", "expiry", "expiration", "deadline"}
"""Days that were only foreseen: "last month" alone does not mean them."""
_BEGINNINGS = {"signed", "joined", "created", "registered", "opened", "started", "added", "enrolled", "founded"}
"""What makes a row: any of these may be said of one that keeps another of them."""
_AUDIT = {"updated", "modified", "deleted", "update", "inserted", "synced", "loaded"}


class Columns:
    def __init__(self, schema: DatabaseSchema, vocabulary: Vocabulary, graph: JoinGraph) -> None:
        self.schema = schema
        self.vocabulary = vocabulary
        self.graph = graph
        self.refs = {
            key: tuple(ColumnRef(table=key, column=column) for column in table.columns)
            for key, table in schema.by_name.items()
        }

    def table(self, key: Key) -> Table:
        return self.schema.by_name[key]

    def distance(self, key: Key, scene: Scene, focus: frozenset[Key]) -> float | None:
        """0 in the table spoken of, rising with the joins needed; None where no keys lead."""
        if key in focus:
            return 0.0
        if key == scene.root:
            return 0.6 if focus else 0.0
        paths = self.graph.shortest(scene.root, key)
        if not paths:
            return None
        return 0.9 if key in scene.mentioned else 1.0 + len(paths[0])

    def focus_of(self, entity: Entity | None) -> frozenset[Key]:
        if entity is None:
            return frozenset()
        least = min(name.cost for name in entity.names)
        return frozenset(name.key for name in entity.names if name.cost <= least)

    def resolve(self, noun: Noun, scene: Scene) -> ColumnRef:
        focus = self.focus_of(noun.focus)
        if noun.text.lower() in ("id", "ids"):
            return self._identifier(noun, focus or frozenset({scene.root}))
        if (called := self._called(noun, focus)) is not None:
            return called
        near = focus | scene.mentioned | {scene.root}
        names = noun.names
        if noun.owned:
            near = focus
            beside = focus | {key for one in focus for key in self._beside(one)}
            names = tuple(name for name in names if name.key in beside)
            scene = Scene(root=next(iter(focus), scene.root), mentioned=focus)
        scored: list[tuple[float, ColumnName]] = []
        for name in names:
            distance = self.distance(name.key, scene, focus)
            if distance is not None and (name.key in near or not name.trimmed):
                scored.append((name.cost + distance, name))
        if not scored:
            raise CannotPlan(f"no column '{noun.text}' can be joined to what was asked", noun.text)
        least = min(score for score, _ in scored)
        nearest = [name for score, name in sorted(scored, key=lambda pair: pair[0]) if score < least + MARGIN]
        kept = [name for name in nearest if self.keeps(name.key, noun.deed)]
        if len(nearest) > 1 and len(kept) != 1:
            said = ", ".join(f"{name.key[1]}.{name.ref.name}" for name in nearest)
            raise CannotPlan(f"'{noun.text}' may be {said}", noun.text)
        return nearest[0].ref if len(nearest) == 1 else kept[0].ref

    def _called(self, noun: Noun, focus: frozenset[Key]) -> ColumnRef | None:
        """ "names of orchestras": their own label, where no column of theirs is called name, before another table's."""
        own = any(name.key in focus for name in noun.names)
        if own or noun.text.lower() not in ("name", "names") or len(focus) != 1:
            return None
        labels = self.label(next(iter(focus)))
        return labels[0] if len(labels) == 1 else None

    def keeps(self, key: Key, deed: str) -> bool:
        """ "quantity sold" is kept with orders or sales."""
        verb = deed.split(" ", maxsplit=1)[0]
        roots = verb_roots(verb) | frozenset(DEEDS.get(verb, ()))
        return bool(deed) and not roots.isdisjoint(roots_of(self.vocabulary.table_stems[key]))

    def _identifier(self, noun: Noun, keys: frozenset[Key]) -> ColumnRef:
        """ "id" is the key of what was spoken of, whatever it is called there."""
        found = [refs[0] for key in sorted(keys) if len(refs := self.key(key)) == 1]
        named = [ref for ref in found if ref.name.lower().endswith("id")]
        if len(named) != 1 or len(keys) != 1:
            raise CannotPlan(f"it is not certain what '{noun.text}' identifies", noun.text)
        return named[0]

    def measured(self, words: tuple[str, ...], scene: Scene, focus_entity: Entity | None) -> ColumnRef | None:
        """The one column of the table spoken of that an adjective measures."""
        keys = self.focus_of(focus_entity) or frozenset({scene.root})
        names = [self.vocabulary.columns.get(tuple(phrase.split()), {}).values() for phrase in words]
        for candidates in (keys, frozenset({scene.root}), self._beside(scene.root)):
            for limit, found in ((limit, found) for limit in (0.9, PART_COST) for found in names):
                refs = {
                    name.ref
                    for name in found
                    if name.key in candidates and name.cost <= limit and name.ref.kind in (*NUMERIC, *TEMPORAL)
                }
                if refs:
                    return refs.pop() if len(refs) == 1 else None
        return None

    def _beside(self, root: Key) -> frozenset[Key]:
        """Tables one to-one-or-many-to-one key away: what a candidate is as a person."""
        return frozenset(step.target for step in self.graph.steps[root] if not step.many)

    def date_column(
        self, scene: Scene, focus_entity: Entity | None, verbs: tuple[str, ...], *, years: bool
    ) -> ColumnRef:
        """The date that a time span without a column speaks of."""
        focus = self.focus_of(focus_entity)
        deeds = frozenset(word for verb in verbs for word in verb.lower().split())
        roots = roots_of(deeds)
        places = [focus, frozenset({scene.root}), scene.mentioned]
        if scene.measured is not None and not any(roots & self._roots(ref) for ref in self._dates(focus, years=years)):
            places.insert(0, frozenset({scene.measured}))
        for keys in places:
            options = self._dates(keys, years=years)
            if options:
                return self._likeliest(options, deeds, self._beside_dates(keys))
        raise CannotPlan("no date column belongs to what was asked", "time")

    def _dates(self, keys: frozenset[Key], *, years: bool) -> list[ColumnRef]:
        return [
            ref
            for key in sorted(keys)
            for ref in self.refs[key]
            if ref.kind in TEMPORAL or (years and ref.kind in NUMERIC and "year" in self.vocabulary.column_stems(ref))
        ]

    def _beside_dates(self, keys: frozenset[Key]) -> list[ColumnRef]:
        return self._dates(frozenset(step.target for key in keys for step in self.graph.steps[key]) - keys, years=False)

    def _likeliest(self, options: list[ColumnRef], deeds: frozenset[str], beside: list[ColumnRef]) -> ColumnRef:
        """`deeds`: the verbs that were said. `beside`: dates of related tables, which a verb may mean as well."""
        roots = roots_of(deeds)
        exact = [ref for ref in options if deeds & set(self.vocabulary.words_of(ref))]
        whole = [ref for ref in exact if deeds >= set(self.vocabulary.words_of(ref)[:-1])]
        done = whole or exact or [ref for ref in options if roots & self._roots(ref)]
        if not done and deeds & _BEGINNINGS:
            done = [ref for ref in options if self._roots(ref) & _BEGINNINGS]
        rivals = [] if done else [ref for ref in beside if roots & self._roots(ref)]
        own = [ref for ref in options if self._roots(ref).intersection(self.vocabulary.table_stems[ref.table])]
        past = [ref for ref in options if not self._roots(ref) & _AUDIT]
        for kept in (done, options, own, past, [ref for ref in past if not self._roots(ref) & _AHEAD]):
            if len(kept) == 1 and not rivals:
                return kept[0]
        names = ", ".join(ref.name for ref in (*options, *rivals))
        raise CannotPlan(f"the time may be {names}", "time")

    def _roots(self, ref: ColumnRef) -> frozenset[str]:
        return roots_of(self.vocabulary.words_of(ref))

    def label(self, key: Key) -> tuple[ColumnRef, ...]:
        """The columns by which people call a row: its name or title; empty when there is none for certain."""
        by_stems = {self.vocabulary.column_stems(ref): ref for ref in self.refs[key]}
        for called in (
            (("name",),),
            (("full", "name"),),
            (self.vocabulary.table_stems[key],),
            (("first", "name"), ("last", "name")),
            (("title",),),
        ):
            if all(stems in by_stems for stems in called):
                return tuple(by_stems[stems] for stems in called)
        named = [
            ref
            for ref in self.refs[key]
            if self.vocabulary.words_of(ref)[-1] in ("name", "title") and not self.is_foreign(ref)
        ]
        return tuple(named) if len(named) == 1 else ()

    def is_foreign(self, ref: ColumnRef) -> bool:
        return any(ref.name in keys.columns for keys in self.table(ref.table).foreign_keys)

    def key(self, key: Key) -> tuple[ColumnRef, ...]:
        return tuple(ref for ref in self.refs[key] if ref.name in self.table(key).primary_key)

    def _owns_label(self, ref: ColumnRef, scene: Scene, prep: str) -> bool:
        """ "tracks in X" with X the name of a track: something else of that name is meant."""
        return prep not in ("", "for") and ref.table == scene.root and ref in self.label(scene.root)

    def value_column(self, condition: Condition, scene: Scene) -> tuple[ColumnRef, str]:
        """The column that holds the value, and the value as it is stored there."""
        focus, noun, text = self.focus_of(condition.focus), condition.noun, condition.text
        scored: list[tuple[float, ColumnRef, str]] = []
        for value in condition.values:
            ref = self.stored(value)
            distance = None if ref is None else self.distance(ref.table, scene, focus)
            costs = [name.cost for name in noun.names if name.ref == ref] if noun is not None else [0.0]
            if ref is None or distance is None or not costs:
                continue
            if noun is None and not condition.labelled and self._owns_label(ref, scene, condition.prep):
                raise CannotPlan(f"'{text}' may be the name of something else", text)
            unlike = 0.5 if condition.labelled and ref not in self.label(ref.table) else 0.0
            inexact = 0.0 if value.text == text else 0.05
            scored.append((distance + unlike + min(costs) + inexact, ref, value.text))
        if not scored:
            raise CannotPlan(f"no column that can be joined holds '{text}'", text)
        return self._nearest(scored, text, condition.prep)

    def stored(self, value: StoredValue) -> ColumnRef | None:
        """None where the column may not be used."""
        refs = self.refs.get((value.schema, value.table), ())
        return next((ref for ref in refs if ref.name == value.column), None)

    def _nearest(self, scored: list[tuple[float, ColumnRef, str]], text: str, prep: str) -> tuple[ColumnRef, str]:
        least = min(score for score, _, _ in scored)
        near = [(ref, spelled) for score, ref, spelled in scored if score < least + MARGIN]
        if len({ref for ref, _ in near}) > 1:
            near = [(ref, spelled) for ref, spelled in near if self._fits(ref, prep)]
        if len({ref for ref, _ in near}) != 1:
            names = ", ".join(sorted(f"{ref.table[1]}.{ref.name}" for _, ref, _ in scored))
            raise CannotPlan(f"'{text}' is a value of several columns: {names}", text)
        spelled = {said for _, said in near}
        if text not in spelled and len(spelled) != 1:
            raise CannotPlan(f"'{text}' is stored in several spellings", text)
        return near[0][0], text if text in spelled else spelled.pop()

    def _fits(self, ref: ColumnRef, prep: str) -> bool:
        return not _DIRECTIONS.get(prep.rpartition(" ")[2], set()).isdisjoint(self.vocabulary.words_of(ref))


_DIRECTIONS = {
    "from": {"origin", "source", "departure", "depart", "from"},
    "to": {"destination", "arrival", "to", "target"},
}
