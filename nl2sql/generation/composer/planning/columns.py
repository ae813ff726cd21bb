"""Which column a noun means, seen from the tables that the question speaks of."""

from dataclasses import dataclass

from nl2sql.generation.base import StoredValue
from nl2sql.generation.composer.joins import JoinGraph, Key, key_of
from nl2sql.generation.composer.plan import ColumnRef, fail
from nl2sql.generation.composer.reading import Entity, Noun
from nl2sql.generation.composer.verbs import DEEDS
from nl2sql.generation.composer.vocabulary import PART_COST, ColumnName, Vocabulary
from nl2sql.generation.composer.words import verb_roots
from schema_index.schema import Column, DatabaseSchema, Table

MARGIN = 0.3
"""Two candidates closer than this are the same distance from what was asked."""

_NUMERIC = {"integer", "number"}
_TEMPORAL = {"date", "timestamp"}
_MEASURED = _NUMERIC | _TEMPORAL
_AHEAD = {"due", "expected", "planned", "scheduled", "estimated", "expire", "expiry", "expiration", "deadline"}
"""Days that were only foreseen: "last month" alone does not mean them."""
_BEGINNINGS = {"signed", "joined", "created", "registered", "opened", "started", "added", "enrolled", "founded"}
"""What makes a row: any of these may be said of one that keeps another of them."""
_AUDIT = {"updated", "modified", "deleted", "update", "inserted", "synced", "loaded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The tables in play: the one listed, the others that were named, and the one measured where it is another."""

    root: Key
    mentioned: frozenset[Key] = frozenset()
    measured: Key | None = None


class Columns:
    def __init__(self, schema: DatabaseSchema, vocabulary: Vocabulary, graph: JoinGraph) -> None:
        self.schema = schema
        self.vocabulary = vocabulary
        self.graph = graph

    def table(self, key: Key) -> Table:
        return self.schema.by_name[key]

    def distance(self, key: Key, scene: Scene, focus: frozenset[Key]) -> float | None:
        """0 in the table spoken of, rising with the joins needed; None where no keys lead."""
        if focus and key in focus:
            return 0.0
        if key == scene.root:
            return 0.6 if focus and scene.root not in focus else 0.0
        start = scene.root
        paths = self.graph.shortest(start, key)
        if not paths:
            return None
        return 0.9 if key in scene.mentioned else 1.0 + len(paths[0])

    def focus_of(self, entity: Entity | None) -> frozenset[Key]:
        if entity is None:
            return frozenset()
        least = min(name.cost for name in entity.names)
        return frozenset(key_of(name.table) for name in entity.names if name.cost <= least)

    def resolve(self, noun: Noun, scene: Scene) -> ColumnRef:
        focus = self.focus_of(noun.focus)
        if noun.text.lower() in ("id", "ids"):
            return self._identifier(noun, focus or frozenset({scene.root}))
        if (called := self._called(noun, focus)) is not None:
            return called
        scored: list[tuple[float, ColumnName]] = []
        near = focus if noun.owned else focus | scene.mentioned | {scene.root}
        if noun.owned:
            beside = near | {key for one in focus for key in self._beside(one)}
            scene = Scene(root=next(iter(focus), scene.root), mentioned=focus)
        for name in noun.names:
            if (name.trimmed and key_of(name.table) not in near) or (noun.owned and key_of(name.table) not in beside):
                continue
            distance = self.distance(key_of(name.table), scene, focus)
            if distance is not None:
                scored.append((name.cost + distance, name))
        if not scored:
            raise fail("unjoined", f"no column '{noun.text}' can be joined to what was asked", noun.text)
        scored.sort(key=lambda pair: pair[0])
        best = scored[0]
        rivals = [pair for pair in scored[1:] if pair[0] < best[0] + MARGIN]
        kept = [pair for pair in (best, *rivals) if rivals and self.keeps(pair[1].table, noun.deed)]
        if len(kept) == 1:
            best, rivals = kept[0], []
        if rivals:
            names = ", ".join(f"{name.table.name}.{name.column.name}" for _, name in (best, *rivals))
            raise fail("ambiguous", f"'{noun.text}' may be {names}", noun.text)
        return ColumnRef(table=key_of(best[1].table), column=best[1].column)

    def _called(self, noun: Noun, focus: frozenset[Key]) -> ColumnRef | None:
        """ "names of orchestras": their own label, where no column of theirs is called name, before another table's."""
        own = any(key_of(name.table) in focus for name in noun.names)
        if own or noun.text.lower() not in ("name", "names") or len(focus) != 1:
            return None
        labels = self.label(next(iter(focus)))
        return labels[0] if len(labels) == 1 else None

    def keeps(self, table: Table, deed: str) -> bool:
        """ "quantity sold" is kept with orders or sales."""
        named = frozenset(root for word in self.vocabulary.table_stems(table) for root in verb_roots(word))
        verb = deed.split(" ", maxsplit=1)[0]
        return bool(deed) and bool(named & (verb_roots(verb) | frozenset(DEEDS.get(verb, ()))))

    def _identifier(self, noun: Noun, keys: frozenset[Key]) -> ColumnRef:
        """ "id" is the key of what was spoken of, whatever it is called there."""
        found = [refs[0] for key in sorted(keys) if len(refs := self.key(key)) == 1]
        named = [ref for ref in found if ref.column.name.lower().endswith("id")]
        if len(named) != 1 or len(keys) != 1:
            raise fail("ambiguous", f"it is not certain what '{noun.text}' identifies", noun.text)
        return named[0]

    def measured(self, words: tuple[str, ...], scene: Scene, focus_entity: Entity | None) -> ColumnRef | None:
        """The one column of the table spoken of that an adjective measures."""
        keys = self.focus_of(focus_entity) or frozenset({scene.root})
        for candidates in (keys, frozenset({scene.root}), self._beside(scene.root)):
            found: dict[tuple[Key, str], ColumnRef] = {}
            for limit, phrase in ((limit, phrase) for limit in (0.9, PART_COST) for phrase in words):
                for name in self.vocabulary.columns.get(tuple(phrase.split()), {}).values():
                    if key_of(name.table) in candidates and name.cost <= limit and name.column.kind in _MEASURED:
                        ref = ColumnRef(table=key_of(name.table), column=name.column)
                        found[ref.table, ref.column.name] = ref
                if found:
                    break
            if len(found) == 1:
                return next(iter(found.values()))
            if found:
                return None
        return None

    def _beside(self, root: Key) -> frozenset[Key]:
        """Tables one to-one-or-many-to-one key away: what a candidate is as a person."""
        return frozenset(step.target for step in self.graph.steps(root) if not step.many)

    def date_column(
        self, scene: Scene, focus_entity: Entity | None, verbs: tuple[str, ...], *, years: bool
    ) -> ColumnRef:
        """The date that a time span without a column speaks of."""
        focus = self.focus_of(focus_entity)
        deeds = frozenset(word for verb in verbs for word in verb.lower().split())
        roots = frozenset(root for word in deeds for root in verb_roots(word))
        places = [focus, frozenset({scene.root}), scene.mentioned]
        if scene.measured is not None and not any(roots & self._roots(ref) for ref in self._dates(focus, years=years)):
            places.insert(0, frozenset({scene.measured}))
        for keys in places:
            options = self._dates(keys, years=years)
            if options:
                return self._likeliest(options, deeds, self._beside_dates(keys))
        raise fail("unplaced", "no date column belongs to what was asked", "time")

    def _dates(self, keys: frozenset[Key], *, years: bool) -> list[ColumnRef]:
        return [
            ColumnRef(table=key, column=column)
            for key in sorted(keys)
            for column in self.table(key).columns
            if column.kind in _TEMPORAL or (years and self._is_year(key, column))
        ]

    def _beside_dates(self, keys: frozenset[Key]) -> list[ColumnRef]:
        return self._dates(frozenset(step.target for key in keys for step in self.graph.steps(key)) - keys, years=False)

    def _is_year(self, key: Key, column: Column) -> bool:
        return column.kind in _NUMERIC and "year" in self.vocabulary.column_stems(self.table(key), column)

    def _likeliest(self, options: list[ColumnRef], deeds: frozenset[str], beside: list[ColumnRef]) -> ColumnRef:
        """`deeds`: the verbs that were said. `beside`: dates of related tables, which a verb may mean as well."""
        roots = frozenset(root for word in deeds for root in verb_roots(word))
        exact = [ref for ref in options if deeds & set(self.vocabulary.words_of(ref.column))]
        whole = [ref for ref in exact if deeds >= set(self.vocabulary.words_of(ref.column)[:-1])]
        done = whole or exact or [ref for ref in options if roots & self._roots(ref)]
        if not done and deeds & _BEGINNINGS:
            done = [ref for ref in options if self._roots(ref) & _BEGINNINGS]
        rivals = [] if done else [ref for ref in beside if roots & self._roots(ref)]
        own = [
            ref for ref in options if frozenset(self.vocabulary.table_stems(self.table(ref.table))) & self._roots(ref)
        ]
        past = [ref for ref in options if not self._roots(ref) & _AUDIT]
        for kept in (done, options, own, past, [ref for ref in past if not self._roots(ref) & _AHEAD]):
            if len(kept) == 1 and not rivals:
                return kept[0]
        names = ", ".join(ref.column.name for ref in (*options, *rivals))
        raise fail("ambiguous", f"the time may be {names}", "time")

    def _roots(self, ref: ColumnRef) -> frozenset[str]:
        words = self.vocabulary.words_of(ref.column)
        return frozenset(root for word in words for root in verb_roots(word))

    def label(self, key: Key) -> tuple[ColumnRef, ...]:
        """The columns by which people call a row: its name or title; empty when there is none for certain."""
        table = self.table(key)
        by_stems = {self.vocabulary.column_stems(table, column): column for column in table.columns}
        for stems in (("name",), ("full", "name"), self.vocabulary.table_stems(table)):
            if stems in by_stems:
                return (ColumnRef(table=key, column=by_stems[stems]),)
        pair = [by_stems[stems] for stems in (("first", "name"), ("last", "name")) if stems in by_stems]
        if len(pair) == 2:
            return tuple(ColumnRef(table=key, column=column) for column in pair)
        if ("title",) in by_stems:
            return (ColumnRef(table=key, column=by_stems["title",]),)
        foreign = {column for keys in table.foreign_keys for column in keys.columns}
        named = [
            c for c in table.columns if self.vocabulary.words_of(c)[-1] in ("name", "title") and c.name not in foreign
        ]
        return (ColumnRef(table=key, column=named[0]),) if len(named) == 1 else ()

    def is_foreign(self, ref: ColumnRef) -> bool:
        return any(ref.column.name in keys.columns for keys in self.table(ref.table).foreign_keys)

    def key(self, key: Key) -> tuple[ColumnRef, ...]:
        table = self.table(key)
        return tuple(ColumnRef(table=key, column=c) for c in table.columns if c.name in table.primary_key)

    def _owns_label(self, value: StoredValue, scene: Scene, prep: str) -> bool:
        """ "tracks in X" with X the name of a track: something else of that name is meant."""
        if prep in ("", "for") or (value.schema, value.table) != scene.root:
            return False
        return value.column in {ref.column.name for ref in self.label(scene.root)}

    def value_column(
        self,
        values: tuple[StoredValue, ...],
        *,
        text: str,
        noun: Noun | None,
        focus: Entity | None,
        scene: Scene,
        labelled: bool,
        prep: str,
    ) -> tuple[ColumnRef, str]:
        """The column that holds the value, and the value as it is stored there."""
        focus_keys = self.focus_of(focus)
        scored: list[tuple[float, StoredValue]] = []
        for value in values:
            key = (value.schema, value.table)
            table = self.schema.by_name.get(key)
            if table is None or table.column(value.column) is None:
                continue
            penalty = self._noun_penalty(noun, value)
            distance = self.distance(key, scene, focus_keys)
            if penalty is None or distance is None:
                continue
            if noun is None and not labelled and self._owns_label(value, scene, prep):
                raise fail("ambiguous", f"'{text}' may be the name of something else", text)
            ref = ColumnRef(table=key, column=_column(table, value.column))
            if labelled and ref not in self.label(key):
                distance += 0.5
            inexact = 0.0 if value.text == text else 0.05
            scored.append((distance + penalty + inexact, value))
        if not scored:
            raise fail("unplaced", f"no column that can be joined holds '{text}'", text)
        return self._nearest(scored, text, prep)

    def _noun_penalty(self, noun: Noun | None, value: StoredValue) -> float | None:
        if noun is None:
            return 0.0
        costs = [
            name.cost
            for name in noun.names
            if (name.table.schema, name.table.name, name.column.name) == (value.schema, value.table, value.column)
        ]
        return min(costs) if costs else None

    def _nearest(self, scored: list[tuple[float, StoredValue]], text: str, prep: str) -> tuple[ColumnRef, str]:
        least = min(score for score, _ in scored)
        near = [value for score, value in scored if score < least + MARGIN]
        exact = [value for value in near if value.text == text]
        columns = {(value.schema, value.table, value.column) for value in near}
        if len(columns) > 1:
            near = [value for value in near if self._fits(value, prep)]
            columns = {(value.schema, value.table, value.column) for value in near}
        if len(columns) != 1:
            names = ", ".join(sorted(f"{value.table}.{value.column}" for _, value in scored))
            raise fail("ambiguous", f"'{text}' is a value of several columns: {names}", text)
        spelled = [value for value in near if value in exact] or near
        if len({value.text for value in spelled}) != 1:
            raise fail("ambiguous", f"'{text}' is stored in several spellings", text)
        value = spelled[0]
        key = (value.schema, value.table)
        return ColumnRef(table=key, column=_column(self.table(key), value.column)), value.text

    def _fits(self, value: StoredValue, prep: str) -> bool:
        words = set(self.vocabulary.words_of(_column(self.table((value.schema, value.table)), value.column)))
        return bool(words & _DIRECTIONS.get(prep.rsplit(" ", maxsplit=1)[-1] if prep else "", set()))


_DIRECTIONS = {
    "from": {"origin", "source", "departure", "depart", "from"},
    "to": {"destination", "arrival", "to", "target"},
}


def _column(table: Table, name: str) -> Column:
    column = table.column(name)
    assert column is not None, "checked by the caller"
    return column
