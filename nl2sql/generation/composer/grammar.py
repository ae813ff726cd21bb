"""Chunks to readings: a small grammar of English questions, tried in order with bounded backtracking."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from nl2sql.generation.composer.lexicon import ADJECTIVES
from nl2sql.generation.composer.mentions import Chunk
from nl2sql.generation.composer.reading import (
    Condition, Entity, Function, Grouping, Having, Item, LikeKind, Noun, Ordering, Reading,
)  # fmt: skip

MAX_STEPS = 6000
SKIPPED = ("be", "do", "have", "there", "rel", "verb", "noise", "comma", "and", "pron", "det", "prep", "of", "with",
           "by", "both", "either", "whose", "but", "sorted", "lead", "wh", "possessive", "distinct")  # fmt: skip

PASSED = ("det", "be", "have", "verb", "prep", "of", "with", "by", "noise", "distinct", "pron", "there")
"""What may stand between a negation and what it denies."""

Partial = Iterator[tuple[Reading, int]]


class Grammar:
    def __init__(self, chunks: tuple[Chunk, ...]) -> None:
        self.chunks = chunks
        self.steps = 0
        self.grouped = any(
            chunk.has("each", "group_by") or (chunk.has("by") and at > 0 and not chunks[at - 1].has("verb", "order"))
            for at, chunk in enumerate(chunks)
        )

    # -- looking at chunks ---------------------------------------------------------------------------------------

    def at(self, position: int) -> Chunk:
        return self.chunks[position] if 0 <= position < len(self.chunks) else _END

    def has(self, position: int, *tags: str) -> bool:
        return self.at(position).has(*tags)

    def skip(self, position: int, *tags: str) -> int:
        """The first chunk from `position` that is none of these; what compares text is never passed over."""
        while position < len(self.chunks) and self.has(position, *tags) and not self.has(position, "starts"):
            position += 1
        return position

    def noun(self, position: int, focus: Entity | None) -> Noun | None:
        chunk = self.at(position)
        if not chunk.columns and not (chunk.has("full_name") and not chunk.tables):
            return None
        return Noun(text=chunk.text, names=chunk.columns, focus=focus)

    def owned(self, position: int, owner: Entity) -> Noun | None:
        """A column named right after its table: of no other table."""
        noun = self.noun(position, owner)
        return replace(noun, owned=True) if noun is not None else None

    def entity(self, position: int) -> Entity | None:
        chunk = self.at(position)
        return Entity(text=chunk.text, names=chunk.tables) if chunk.tables else None

    # -- the question --------------------------------------------------------------------------------------------

    def readings(self) -> Iterator[Reading]:
        for reading, position in self._head(Reading(), 0):
            yield from self._rest(reading, position)

    def _rest(self, reading: Reading, position: int) -> Iterator[Reading]:
        self.steps += 1
        if self.steps > MAX_STEPS:
            return
        if position >= len(self.chunks):
            yield reading
            return
        if self.has(position, "stop"):
            yield from self._next_sentence(reading, position + 1)
            return
        for after, following in self._unit(reading, position):
            yield from self._rest(after, following)

    def _next_sentence(self, reading: Reading, position: int) -> Iterator[Reading]:
        if position >= len(self.chunks):
            yield reading
            return
        start = self.skip(position, "lead", "wh", "be", "who", "noise", "also", "and")
        if start > position or self.at(start).columns or self.has(start, "pron", "numof", "det"):
            for items, root, following in self._items(replace(reading, items=(), focus=_asked(reading)), start):
                kept = tuple(item for item in reading.items if item.kind != "label")
                merged = _without_repeats((*kept, *items) if not _repeats(kept, items) else items)
                del root
                yield from self._rest(replace(reading, items=merged, listed=True), following)
        yield from self._rest(reading, start)

    def _head(self, reading: Reading, position: int) -> Partial:
        if self.has(position, "each") and position == 0:
            for grouped, following in self._group(reading, position):
                following = self.skip(following, "comma")
                yield from self._head(replace(grouped, each=True), following)
            return
        start = self.skip(position, "lead", "wh", "be", "who", "noise", "comma", "there")
        if self.has(start, "order_head") or self.has(start, "order"):
            yield from self._sorted_head(reading, start)
        if self.has(start, "howmany", "count_lead"):
            yield from self._count_head(reading, self.skip(start, "howmany", "count_lead"))
            return
        for items, after, following in self._items(reading, start):
            yield replace(after, items=items), following
        if self.has(start, "det", "pron"):
            start = self.skip(start, "det", "pron")
            if self.has(start, "lead", "wh"):
                yield from self._head(reading, start)

    def _sorted_head(self, reading: Reading, position: int) -> Partial:
        """ "Sort the names of products by price"; what is sorted is what is listed."""
        start = self.skip(position, "order_head", "order", "det")
        for items, after, following in self._items(reading, start):
            yield replace(after, items=items), following

    def _count_head(self, reading: Reading, position: int) -> Partial:
        start = self.skip(position, "det", "numof", "of", "pron")
        distinct = False
        while self.has(start, "distinct", "det"):
            distinct = distinct or self.has(start, "distinct")
            start += 1
        for item, after, following in self._counted(reading, start, distinct=distinct):
            yield replace(after, items=(item,)), following

    def _counted(self, reading: Reading, start: int, *, distinct: bool) -> Iterator[tuple[Item, Reading, int]]:
        conditions: tuple[Condition, ...] = ()
        if self.at(start).values and not self.at(start).weak and self.at(start + 1).tables:
            conditions = (self._value(reading, start),)
            start += 1
        elif _is_flag(self.at(start)) and self.at(start + 1).tables:
            conditions = (self._flag(replace(reading, focus=self.entity(start + 1)), start),)
            start += 1
        entity, noun = self.entity(start), self.noun(start, reading.focus)
        if entity is not None and self.at(start + 1).columns and (distinct or self.has(start + 1, "")):
            owned = self.noun(start + 1, entity)
            yield Item(kind="count", noun=owned, distinct=True), reading, start + 2
        options: list[tuple[Item, Reading]] = []
        if entity is not None:
            item = Item(kind="count", entity=entity, distinct=distinct)
            focused = replace(
                reading, root=reading.root or entity, focus=entity, conditions=reading.conditions + conditions
            )
            options.append((item, focused))
        if noun is not None and not conditions:
            options.append((Item(kind="count", noun=noun, distinct=distinct), reading))
            if distinct:
                options.reverse() if _cheaper(noun, entity) else None
        for item, after in options:
            yield item, after, start + 1

    # -- what to show --------------------------------------------------------------------------------------------

    def _items(self, reading: Reading, position: int) -> Iterator[tuple[tuple[Item, ...], Reading, int]]:
        for items, after, following in self._item(reading, position):
            yield from self._more_items(items, after, following)

    def _more_items(
        self, items: tuple[Item, ...], reading: Reading, position: int
    ) -> Iterator[tuple[tuple[Item, ...], Reading, int]]:
        self.steps += 1
        if self.steps > MAX_STEPS:
            return
        start = self.skip(position, "comma", "and", "both", "also")
        if start > position:
            for more, after, following in self._item(reading, start):
                yield from self._more_items(items + more, after, following)
        for entity, following in self._owner(items, position):
            kept = _adopt(items, entity)
            distinct = reading.distinct or any(self.has(at, "distinct") for at in range(position, following))
            focused = replace(reading, root=reading.root or entity, focus=entity, distinct=distinct)
            yield kept, focused, following
        yield items, reading, position

    def _owner(self, items: tuple[Item, ...], position: int) -> Iterator[tuple[Entity, int]]:
        """"… of all singers": the entity that the listed columns belong to. What is counted has none."""
        if not self.has(position, "of", "prep", "each"):
            return
        if any(item.kind == "count" for item in items):
            return
        measured = any(item.kind == "aggregate" for item in items)
        if measured and self.has(self.skip(position, "of", "prep", "det", "pron"), "each"):
            return
        start = self.skip(position, "of", "prep", "det", "each", "pron", "distinct", "both")
        entity = self.entity(start)
        if entity is not None and not _of(entity, self.at(start + 1)):
            yield entity, start + 1

    def _item(self, reading: Reading, position: int) -> Iterator[tuple[tuple[Item, ...], Reading, int]]:
        start, distinct = position, False
        while self.has(start, "det", "pron", "distinct", "both", "noise", "either", "lead", "each"):
            distinct = distinct or self.has(start, "distinct")
            start += 1
        if self.has(start, "howmany"):
            yield from self._number_of(reading, start)
            return
        yield from self._info(reading, start)
        if self.has(start, "numof"):
            yield from self._number_of(reading, start)
        if self.has(start, "agg", "sup"):
            yield from self._aggregates(reading, start)
        if self.has(start, "common"):
            yield from self._most_common(reading, start)
        yield from self._ranked_entity(reading, start)
        marked = replace(reading, distinct=reading.distinct or distinct)
        yield from self._named_item(marked, start)
        if start > position:
            yield from self._named_item(marked, position)

    def _info(self, reading: Reading, start: int) -> Iterator[tuple[tuple[Item, ...], Reading, int]]:
        if not self.has(start, "info"):
            return
        position = self.skip(start + 1, "star_of", "of", "prep", "det", "each")
        entity = self.entity(position)
        if entity is not None and not _of(entity, self.at(start)):
            after = replace(reading, root=entity, focus=entity)
            yield (Item(kind="everything", entity=entity),), after, position + 1

    def _number_of(self, reading: Reading, start: int) -> Iterator[tuple[tuple[Item, ...], Reading, int]]:
        position, distinct = start + 1, False
        while self.has(position, "det", "distinct", "pron"):
            distinct = distinct or self.has(position, "distinct")
            position += 1
        for item, after, following in self._counted(reading, position, distinct=distinct):
            kept = after if reading.root is None else replace(after, root=reading.root)
            yield (item,), kept, following

    def _aggregates(self, reading: Reading, start: int) -> Iterator[tuple[tuple[Item, ...], Reading, int]]:
        functions: list[Function] = []
        position = start
        while True:
            data = self.at(position).data("agg") or self.at(position).data("sup")
            if data is None:
                break
            functions.append(cast(Function, data))
            position += 1
            if self.has(self.skip(position, "comma", "and", "det"), "agg", "sup"):
                position = self.skip(position, "comma", "and", "det")
        position = self.skip(position, "det", "of", "pron", "numof")
        owner = self.entity(position) if self.at(position + 1).columns and not self.at(position).columns else None
        if owner is not None:
            position += 1
        noun = self.noun(position, owner or reading.focus)
        if noun is None:
            return
        items = tuple(Item(kind="aggregate", noun=noun, function=function) for function in functions)
        position += 1
        yield items, reading, position
        shared = self.skip(position, "comma", "and")
        if shared > position and len(functions) == 1:
            more = self.noun(shared, owner or reading.focus)
            if more is not None and all(name.column.kind in ("integer", "number") for name in more.names):
                yield (*items, Item(kind="aggregate", noun=more, function=functions[0])), reading, shared + 1

    def _most_common(self, reading: Reading, start: int) -> Iterator[tuple[tuple[Item, ...], Reading, int]]:
        direction = self.at(start).data("common")
        noun = self.noun(start + 1, reading.focus)
        if noun is not None:
            ranked = Ordering(counted=True, descending=direction == "max")
            yield (Item(kind="column", noun=noun),), replace(reading, superlative=ranked), start + 2

    def _ranked_entity(self, reading: Reading, start: int) -> Iterator[tuple[tuple[Item, ...], Reading, int]]:
        """ "the 3 oldest singers", "the top 5 products"."""
        for ordering, limit, position in self._rank(reading, start):
            entity = self.entity(position)
            noun = self.noun(position, reading.focus)
            if noun is not None and ordering is None and (entity is None or _cheaper(noun, entity)):
                yield (Item(kind="column", noun=noun),), replace(reading, limit=limit), position + 1
            if entity is None:
                continue
            after = replace(reading, root=entity, focus=entity, superlative=ordering, limit=limit or (1 if ordering else None))
            owned = self.owned(position + 1, entity)
            if owned is not None:
                yield (Item(kind="column", noun=owned),), after, position + 2
            yield (Item(kind="label", entity=entity),), after, position + 1

    def _rank(self, reading: Reading, start: int) -> Iterator[tuple[Ordering | None, int | None, int]]:
        """An adjective in the superlative with its count, and where it ends. No ordering: "top 3", to be said later."""
        position, limit = start, None
        top = self.at(position).data("top")
        if top is not None and self.at(position + 1).number:
            limit = _count(self.at(position + 1).number)
            position += 2
            if not self.has(position, "adj", "recent", "most"):
                yield None, limit, position
        elif self.at(position).number and self.has(position + 1, "adj", "recent", "sup"):
            limit = _count(self.at(position).number)
            position += 1
        chunk = self.at(position)
        if chunk.has("adj"):
            measures, direction = ADJECTIVES[_adjective(chunk)]
            yield Ordering(measures=measures, descending=direction == "max"), limit, position + 1
        if chunk.has("recent"):
            yield Ordering(measures=("date",), descending=chunk.data("recent") == "max"), limit, position + 1

    def _named_item(self, reading: Reading, start: int) -> Iterator[tuple[tuple[Item, ...], Reading, int]]:
        chunk = self.at(start)
        if _is_flag(chunk) and self.at(start + 1).tables:
            entity = self.entity(start + 1)
            flagged = (*reading.conditions, self._flag(replace(reading, focus=entity), start))
            yield (Item(kind="label", entity=entity),), replace(
                reading, root=entity, focus=entity, conditions=flagged
            ), start + 2
        if chunk.values and not chunk.weak and self.at(start + 1).tables:
            entity = self.entity(start + 1)
            after = replace(
                reading, root=entity, focus=entity, conditions=(*reading.conditions, self._value(reading, start))
            )
            yield (Item(kind="label", entity=entity),), after, start + 2
        entity, noun = self.entity(start), self.noun(start, reading.focus)
        if entity is not None:
            owned_at = self.skip(start + 1, "possessive")
            owned = self.owned(owned_at, entity)
            if owned is not None:
                after = replace(reading, root=reading.root or entity, focus=entity)
                yield (Item(kind="column", noun=owned),), after, owned_at + 1
        options: list[tuple[Item, Reading]] = []
        if noun is not None and self.grouped and _is_total(chunk):
            options.append((Item(kind="aggregate", noun=noun, function="sum"), reading))
        elif noun is not None:
            options.append((Item(kind="column", noun=noun), reading))
        if entity is not None:
            label = Item(kind="label", entity=entity)
            options.append((label, replace(reading, root=reading.root or entity, focus=entity)))
            if not _cheaper(noun, entity) or not self.has(start + 1, "of", "and", "comma"):
                options.reverse()
        for item, after in options:
            yield (item,), after, start + 1

    # -- what restricts, groups and orders ------------------------------------------------------------------------

    def _unit(self, reading: Reading, position: int) -> Partial:
        if self.has(position, "or"):
            yield from self._unit(replace(reading, either=True), self.skip(position, "or", "either"))
            return
        if not reading.either:
            if self.has(position, "by") and reading.limit is not None and reading.superlative is None:
                yield from self._ranked_by(reading, position + 1)
            if self.has(position, "each", "group_by"):
                yield from self._group(reading, position)
            if self.has(position, "by") and _aggregated(reading) and not self.has(position - 1, "verb"):
                yield from self._group(reading, position)
            if self.has(position, "order", "direction", "alpha", "sorted"):
                yield from self._order(reading, position)
            yield from self._superlative(reading, position)
            yield from self._having(reading, position)
        yield from self._negation(reading, position)
        yield from self._comparison(reading, position)
        yield from self._time(reading, position)
        yield from self._like(reading, position)
        yield from self._value_unit(reading, position)
        if not reading.either:
            yield from self._related(reading, position)
            yield from self._extra_item(reading, position)
        if self.has(position, "after") and position > 0 and position + 1 == len(self.chunks):
            yield reading, position + 1
        idle_by = self.has(position, "by") and not self.has(position - 1, "verb") and not self.has(position, "verb")
        if idle_by and _groupable(self.at(self.skip(position + 1, "det"))):
            return
        if self.has(position, *SKIPPED) and not self.has(position, "or", "not", "no", "without"):
            chunk = self.at(position)
            verbs = (*reading.verbs, chunk.text) if chunk.has("verb") else reading.verbs
            distinct = reading.distinct or chunk.has("distinct")
            yield replace(reading, verbs=verbs, distinct=distinct), position + 1

    def _add(self, reading: Reading, condition: Condition, position: int) -> tuple[Reading, int]:
        joined = replace(condition, either=reading.either)
        return replace(reading, conditions=(*reading.conditions, joined), either=False), position

    def _group(self, reading: Reading, position: int) -> Partial:
        start = self.skip(position, "each", "group_by", "by", "of", "det", "distinct", "pron")
        by_word = self.has(position, "by") and not self.has(position, "each", "group_by")
        for grouping, following in self._group_key(reading, start):
            if by_word and (self.at(following).values or self.at(following).literal is not None):
                return
            after = replace(
                reading, groups=(*reading.groups, grouping), each=True, focus=grouping.entity or reading.focus
            )
            joined = self.skip(following, "and", "comma")
            if joined > following:
                joined = self.skip(joined, "each", "det")
                for second, end in self._group_key(reading, joined):
                    yield replace(after, groups=(*after.groups, second)), end
            yield after, following
        if (
            start >= len(self.chunks)
            or self.has(start, "stop", "comma", "be", "have")
            or (not by_word and not self.at(start).columns and not self.at(start).tables)
        ):
            yield replace(reading, each=True), start

    def _group_key(self, reading: Reading, start: int) -> Iterator[tuple[Grouping, int]]:
        entity = self.entity(start)
        if entity is not None:
            owned_at = self.skip(start + 1, "possessive")
            owned = self.owned(owned_at, entity)
            if owned is not None:
                yield Grouping(noun=owned), owned_at + 1
        noun = self.noun(start, reading.focus)
        options: list[Grouping] = []
        if noun is not None:
            options.append(Grouping(noun=noun))
        if entity is not None:
            options.append(Grouping(entity=entity))
            if not _cheaper(noun, entity):
                options.reverse()
        for option in options:
            yield option, start + 1

    def _order(self, reading: Reading, position: int) -> Partial:
        start = self.skip(position, "sorted")
        direction = self.at(start).data("direction")
        if self.has(start, "alpha"):
            keyed = self.skip(start + 1, "of", "by", "prep", "det", "pron", "order")
            noun = self.noun(keyed, reading.focus)
            if keyed > start + 1 and noun is not None:
                yield self._ordered(reading, Ordering(noun=noun), keyed + 1)
            elif keyed > start + 1 and self.entity(keyed) is not None:
                yield self._ordered(reading, Ordering(by_output=True, alphabetical=True), keyed + 1)
            yield self._ordered(reading, Ordering(by_output=True, alphabetical=True), start + 1)
            return
        if direction is not None:
            keyed = self.skip(start + 1, "of", "by", "order", "prep", "det", "pron")
            if keyed > start + 1:
                yield from self._order_keys(reading, keyed, descending=direction == "desc")
            if reading.order:
                *earlier, latest = reading.order
                yield self._with_order(reading, (*earlier, replace(latest, descending=direction == "desc")), start + 1)
            elif start > position or direction:
                yield self._ordered(reading, Ordering(by_output=True, descending=direction == "desc"), start + 1)
            return
        if self.has(start, "order"):
            yield from self._order_keys(reading, start + 1, descending=False)
        elif start > position and self.has(start, "by", "prep", "of"):
            yield from self._order_keys(reading, start + 1, descending=False)

    def _order_keys(self, reading: Reading, position: int, *, descending: bool) -> Partial:
        start = self.skip(position, "det", "pron", "both", "of", "alpha")
        early = self.at(start).data("direction")
        if early is not None:
            descending = early == "desc"
            start = self.skip(start + 1, "det", "of", "by", "pron")
        for ordering, following in self._order_key(reading, start):
            late_at = (
                self.skip(following, "sorted", "comma")
                if self.has(self.skip(following, "sorted", "comma"), "direction", "alpha")
                else following
            )
            late = self.at(late_at).data("direction")
            end = late_at + 1 if late is not None or self.has(late_at, "alpha") else following
            final = replace(ordering, descending=late == "desc" if late is not None else descending)
            after, _ = self._ordered(reading, final, end)
            again = self.skip(end, "and", "comma")
            if again > end:
                again = self.skip(again, "order", "by", "sorted")
                yield from self._order_keys(after, again, descending=descending)
            yield after, end

    def _order_key(self, reading: Reading, start: int) -> Iterator[tuple[Ordering, int]]:
        if self.has(start, "numof", "count_self"):
            at = self.skip(start + 1, "det", "of", "distinct")
            entity = self.entity(at)
            if entity is not None:
                yield Ordering(counted=True, entity=entity), at + 1
            if self.has(start, "count_self"):
                yield Ordering(counted=True), start + 1
        function = self.at(start).data("agg")
        if function is not None:
            noun = self.noun(self.skip(start + 1, "det", "of"), reading.focus)
            if noun is not None:
                yield Ordering(noun=noun, function=cast(Function, function)), self.skip(start + 1, "det", "of") + 1
        owner = self.entity(start)
        if owner is not None:
            owned_at = self.skip(start + 1, "possessive")
            owned = self.owned(owned_at, owner)
            if owned is not None:
                yield Ordering(noun=owned), owned_at + 1
        noun = self.noun(start, reading.focus)
        if noun is not None:
            yield Ordering(noun=noun), start + 1

    def _ranked_by(self, reading: Reading, position: int) -> Partial:
        """"top 5 products by quantity sold": the greatest sums, where a product has several rows of them."""
        for ordering, following in self._order_key(reading, self.skip(position, "det", "pron")):
            ranked = replace(ordering, descending=True, summed=ordering.noun is not None)
            yield replace(reading, superlative=ranked), following

    def _ordered(self, reading: Reading, ordering: Ordering, position: int) -> tuple[Reading, int]:
        return self._with_order(reading, (*reading.order, ordering), position)

    @staticmethod
    def _with_order(reading: Reading, order: tuple[Ordering, ...], position: int) -> tuple[Reading, int]:
        return replace(reading, order=order), position

    def _superlative(self, reading: Reading, position: int) -> Partial:
        if reading.superlative is not None:
            return
        start = self.skip(position, "with", "have", "det", "be")
        limit = reading.limit
        if self.has(start, "top") and self.at(start + 1).number:
            limit = _count(self.at(start + 1).number)
            start += 2
        elif self.at(start).number and self.has(start + 1, "sup", "most", "recent", "adj"):
            limit = _count(self.at(start).number)
            start += 1
        limit = limit or 1
        start = self.skip(start, "det")
        chunk = self.at(start)
        if chunk.has("common"):
            ranked = Ordering(counted=True, descending=chunk.data("common") == "max")
            yield replace(reading, superlative=ranked, limit=limit), start + 1
        for tag in ("sup", "most"):
            data = chunk.data(tag)
            if data is None:
                continue
            named = self.skip(start + 1, "det", "of", "distinct", "noise", "pron")
            yield from self._superlative_of(reading, tag, named, descending=data == "max", limit=limit)
        if chunk.has("adj"):
            measures, direction = ADJECTIVES[_adjective(chunk)]
            if not self.has(start + 1, "than"):
                ranked = Ordering(measures=measures, descending=direction == "max")
                yield replace(reading, superlative=ranked, limit=limit), start + 1
        if chunk.has("recent"):
            ranked = Ordering(measures=("date",), descending=chunk.data("recent") == "max")
            noun = self.noun(start + 1, reading.focus)
            if noun is not None and all(name.column.kind in ("date", "timestamp", "time") for name in noun.names):
                yield replace(reading, superlative=replace(ranked, noun=noun, measures=()), limit=limit), start + 2

    def _superlative_of(self, reading: Reading, tag: str, named: int, *, descending: bool, limit: int) -> Partial:
        function = self.at(named).data("agg")
        if function is not None and tag == "sup":
            noun = self.noun(self.skip(named + 1, "of", "det"), reading.focus)
            if noun is not None:
                ranked = Ordering(noun=noun, function=cast(Function, function), descending=descending)
                yield replace(reading, superlative=ranked, limit=limit), self.skip(named + 1, "of", "det") + 1
        if tag == "sup" and self.has(named, "numof"):
            tag, named = "most", self.skip(named + 1, "det", "of", "distinct", "noise", "pron")
        entity, noun = self.entity(named), self.noun(named, reading.focus)
        if tag == "most" and entity is not None:
            ranked = Ordering(counted=True, entity=entity, descending=descending)
            yield replace(reading, superlative=ranked, limit=limit, focus=entity), named + 1
        if noun is not None:
            ranked = Ordering(noun=noun, descending=descending)
            yield replace(reading, superlative=ranked, limit=limit), named + 1

    def _having(self, reading: Reading, position: int) -> Partial:
        """ "with more than 2 orders", "2 or more orders"."""
        if reading.having is not None:
            return
        chunk = self.at(position)
        operator = chunk.data("cmp")
        start = position + 1 if operator is not None else position
        number = self.at(start).number
        if not number or "." in number or number.startswith("-"):
            return
        after = self.at(start + 1).data("cmp_after")
        if after is not None:
            operator, start = after, start + 1
        named = self.skip(start + 1, "distinct", "of", "det", "noise")
        entity = self.entity(named)
        if entity is not None and (operator is not None or self.has(position - 1, "have", "with", "verb", "noise")):
            having = Having(operator=operator or "=", number=number, entity=entity)
            yield replace(reading, having=having, focus=entity), named + 1

    def _negation(self, reading: Reading, position: int) -> Partial:
        if not self.has(position, "not", "no", "without"):
            return
        start = position + 1
        while self.has(start, *PASSED) and not self.at(start).tables and not self.has(start, "starts"):
            start += 1
        entity = self.entity(start)
        if entity is not None and not self.at(start + 1).columns:
            value_first: tuple[Condition, ...] = ()
            yield from self._not_related(reading, entity, start + 1, value_first)
        if self.at(start).values and not self.at(start).weak and self.at(start + 1).tables:
            inner_entity = self.entity(start + 1)
            if inner_entity is not None:
                inner = (self._value(replace(reading, focus=inner_entity), start),)
                yield from self._not_related(reading, inner_entity, start + 2, inner)
        if self.at(start).values or self.at(start).literal is not None or self.at(start).columns:
            for after, following in (*self._value_unit(reading, start), *self._like(reading, start)):
                *earlier, latest = after.conditions
                negated = replace(latest, negated=not latest.negated)
                yield replace(after, conditions=(*earlier, negated)), following

    def _not_related(self, reading: Reading, entity: Entity, position: int, inner: tuple[Condition, ...]) -> Partial:
        """Everything said after the absent thing is said of it: "without orders in 2024"."""
        inside = Reading(root=entity, focus=entity, items=reading.items, conditions=inner)
        for after in self._inside(inside, position):
            condition = Condition(
                kind="related", text=entity.text, entity=entity, negated=True, inner=after[0].conditions
            )
            yield self._add(replace(reading, verbs=(*reading.verbs, *after[0].verbs)), condition, after[1])

    def _inside(self, inside: Reading, position: int) -> Partial:
        self.steps += 1
        if self.steps > MAX_STEPS:
            return
        if position >= len(self.chunks) or self.has(position, "stop", "order", "direction", "alpha", "each", "sorted"):
            yield inside, position
            return
        for after, following in self._unit(inside, position):
            plain = (after.groups, after.order, after.superlative, after.having) == ((), (), None, None)
            if plain and after.items == inside.items:
                yield from self._inside(after, following)

    def _comparison(self, reading: Reading, position: int) -> Partial:
        chunk = self.at(position)
        if chunk.has("adj") and self.has(position + 1, "than"):
            yield from self._adjective_comparison(reading, position)
        owner = self.entity(position)
        if owner is not None and self.at(position + 1).columns:
            noun = self.noun(position + 1, owner)
            if noun is not None:
                yield from self._compared(reading, noun, position + 2)
        noun = self.noun(position, reading.focus)
        if noun is not None:
            yield from self._compared(reading, noun, position + 1)
        operator = chunk.data("cmp")
        if operator is not None:
            start = position + 1
        while self.has(start, *PASSED) and not self.at(start).tables and not self.has(start, "starts"):
            start += 1
        entity = self.entity(start)
        if entity is not None and not self.at(start + 1).columns:
            value_first: tuple[Condition, ...] = ()
            yield from self._not_related(reading, entity, start + 1, value_first)
        if self.at(start).values and not self.at(start).weak and self.at(start + 1).tables:
            inner_entity = self.entity(start + 1)
            if inner_entity is not None:
                inner = (self._value(replace(reading, focus=inner_entity), start),)
                yield from self._not_related(reading, inner_entity, start + 2, inner)
        if self.at(start).values or self.at(start).literal is not None or self.at(start).columns:
            for after, following in (*self._value_unit(reading, start), *self._like(reading, start)):
                *earlier, latest = after.conditions
                negated = replace(latest, negated=not latest.negated)
                yield replace(after, conditions=(*earlier, negated)), following

    def _not_related(self, reading: Reading, entity: Entity, position: int, inner: tuple[Condition, ...]) -> Partial:
        """Everything said after the absent thing is said of it: "without orders in 2024"."""
        inside = Reading(root=entity, focus=entity, items=reading.items, conditions=inner)
        for after in self._inside(inside, position):
            condition = Condition(
                kind="related", text=entity.text, entity=entity, negated=True, inner=after[0].conditions
            )
            yield self._add(replace(reading, verbs=(*reading.verbs, *after[0].verbs)), condition, after[1])

    def _inside(self, inside: Reading, position: int) -> Partial:
        self.steps += 1
        if self.steps > MAX_STEPS:
            return
        if position >= len(self.chunks) or self.has(position, "stop", "order", "direction", "alpha", "each", "sorted"):
            yield inside, position
            return
        for after, following in self._unit(inside, position):
            plain = (after.groups, after.order, after.superlative, after.having) == ((), (), None, None)
            if plain and after.items == inside.items:
                yield from self._inside(after, following)

    def _comparison(self, reading: Reading, position: int) -> Partial:
        chunk = self.at(position)
        if chunk.has("adj") and self.has(position + 1, "than"):
            yield from self._adjective_comparison(reading, position)
        owner = self.entity(position)
        if owner is not None and self.at(position + 1).columns:
            noun = self.noun(position + 1, owner)
            if noun is not None:
                yield from self._compared(reading, noun, position + 2)
        noun = self.noun(position, reading.focus)
        if noun is not None:
            yield from self._compared(reading, noun, position + 1)
        operator = chunk.data("cmp")
        if operator is not None:
            start = self.skip(position + 1, "det")
            number = self.at(start).number
            follower = self.noun(self.skip(start + 1, "of", "prep"), reading.focus)
            if number and follower is not None:
                condition = self._compare(follower, operator, number, reading)
                yield self._add(reading, condition, self.skip(start + 1, "of", "prep") + 1)
            if self.at(start).data("agg") == "avg" and not number:
                follower = self.noun(self.skip(start + 1, "of", "det"), reading.focus)
                if follower is not None:
                    condition = self._average(follower, operator, reading)
                    yield self._add(reading, condition, self.skip(start + 1, "of", "det") + 1)

    def _adjective_comparison(self, reading: Reading, position: int) -> Partial:
        measures, direction = ADJECTIVES[_adjective(self.at(position))]
        start = self.skip(position + 2, "det")
        operator = ">" if direction == "max" else "<"
        noun = Noun(text="|".join(measures), names=(), focus=reading.focus)
        if self.at(start).number:
            yield self._add(reading, self._compare(noun, operator, self.at(start).number, reading), start + 1)
        elif self.at(start).data("agg") == "avg":
            yield self._add(reading, self._average(noun, operator, reading), start + 1)

    def _compared(self, reading: Reading, noun: Noun, position: int) -> Partial:
        start = self.skip(position, "be", "have", "do", "det", "rel", "of", "verb", "pron")
        negated = self.has(start, "not")
        if negated:
            start = self.skip(start + 1, "be", "det")
        if self.has(start, "between"):
            yield from self._between(reading, noun, start + 1, negated=negated)
        operator = self.at(start).data("cmp")
        moment = self.at(start).data("after")
        if operator is None and self.at(start).number and self.at(start + 1).data("cmp_after") is not None:
            operator = self.at(start + 1).data("cmp_after")
            yield self._add(reading, self._compare(noun, operator or "=", self.at(start).number, reading), start + 2)
        if operator is not None or moment is not None:
            value_at = self.skip(start + 1, "det", "pron")
            yield from self._operand(reading, noun, operator or moment or "=", value_at, negated=negated)
        elif self.at(start).number and not self.at(start).values:
            yield from self._operand(reading, noun, "=", start, negated=negated)

    def _operand(self, reading: Reading, noun: Noun, operator: str, position: int, *, negated: bool) -> Partial:
        chunk = self.at(position)
        if chunk.span is not None and any(name.column.kind in ("date", "timestamp") for name in noun.names):
            condition = Condition(kind="span", text=noun.text, noun=noun, focus=reading.focus, span=chunk.span,
                                  operator=operator, negated=negated)  # fmt: skip
            yield self._add(reading, condition, position + 1)
        if chunk.number:
            either = self._compare(noun, operator, chunk.number, reading, negated=negated)
            yield self._add(reading, either, position + 1)
            second = self.skip(position + 1, "or")
            other_operator = self.at(second).data("cmp")
            if second > position + 1 and other_operator is not None and self.at(second + 1).number:
                after, _ = self._add(reading, either, second)
                other = replace(self._compare(noun, other_operator, self.at(second + 1).number, reading), either=True)
                yield replace(after, conditions=(*after.conditions, other)), second + 2
            if second > position + 1 and self.at(second).number and operator == "=":
                after, _ = self._add(reading, either, second)
                other = replace(self._compare(noun, operator, self.at(second).number, reading), either=True)
                yield replace(after, conditions=(*after.conditions, other)), second + 1
        if chunk.data("agg") == "avg" and operator in (">", "<", ">=", "<="):
            again = self.noun(self.skip(position + 1, "of", "det"), reading.focus)
            end = self.skip(position + 1, "of", "det") + 1 if again is not None and again.names == noun.names else 0
            yield self._add(reading, self._average(noun, operator, reading), end or position + 1)

    def _between(self, reading: Reading, noun: Noun, position: int, *, negated: bool) -> Partial:
        low, joint, high = self.at(position), self.skip(position + 1, "and", "prep"), None
        high = self.at(joint)
        if low.number and high.number and joint > position + 1:
            condition = Condition(kind="between", text=noun.text, noun=noun, focus=reading.focus, operand=low.number,
                                  high=high.number, negated=negated)  # fmt: skip
            yield self._add(reading, condition, joint + 1)
        if low.span is not None and high.span is not None:
            condition = Condition(kind="span", text=noun.text, noun=noun, focus=reading.focus, span=low.span,
                                  high_span=high.span, operator="between", negated=negated)  # fmt: skip
            yield self._add(reading, condition, joint + 1)

    def _time(self, reading: Reading, position: int) -> Partial:
        chunk = self.at(position)
        if self.has(position, "between"):
            low, joint = self.at(position + 1), self.skip(position + 2, "and", "prep")
            high = self.at(joint)
            if low.span is not None and high.span is not None and joint > position + 2:
                condition = Condition(kind="span", text="", focus=reading.focus, span=low.span, high_span=high.span,
                                      operator="between")  # fmt: skip
                yield self._add(reading, condition, joint + 1)
        moment = chunk.data("after")
        if moment is not None:
            start = self.skip(position + 1, "det")
            if self.at(start).span is not None:
                operator = ">=" if chunk.text.lower() == "since" else moment
                condition = Condition(
                    kind="span", text="", focus=reading.focus, span=self.at(start).span, operator=operator
                )
                yield self._add(reading, condition, start + 1)
        if chunk.span is not None and (
            self.has(position - 1, "prep", "verb", "or", "noise", "either") or not chunk.number
        ):
            condition = Condition(kind="span", text="", focus=reading.focus, span=chunk.span, operator="=")
            yield self._add(reading, condition, position + 1)

    def _like(self, reading: Reading, position: int) -> Partial:
        noun, start = self.noun(position, reading.focus), position
        if noun is not None:
            start = self.skip(position + 1, "be", "rel", "do", "pron", "verb")
            negated = self.has(start, "not")
            start += negated
        else:
            negated = False
        kind = self.at(start).data("starts")
        if kind is None:
            return
        kind = "ends" if "end" in self.at(start).text.lower().split(" ")[0] else kind
        value_at = self.skip(start + 1, "noise")
        chunk = self.at(value_at)
        if chunk.has("det") and len(chunk.text) > 1:
            return
        text = chunk.literal
        if text is None and chunk.tokens and len(chunk.tokens) == 1:
            text = chunk.tokens[0].text
        if text is None:
            return
        end = value_at + 1
        if noun is None:
            named = self.skip(end, "prep", "pron", "det", "of")
            noun = self.noun(named, reading.focus)
            if noun is None or named == end:
                return
            end = named + 1
        condition = Condition(kind="like", text=noun.text, noun=noun, focus=reading.focus, like=cast(LikeKind, kind),
                              operand=text, negated=negated)  # fmt: skip
        yield self._add(reading, condition, end)

    def _value_unit(self, reading: Reading, position: int) -> Partial:
        """A stored or quoted value, with or without the column it belongs to."""
        if self.has(position, "named"):
            start = self.skip(position + 1, "be", "det")
            chunk = self.at(start)
            if chunk.values or chunk.literal is not None:
                condition = replace(self._value(reading, start), labelled=True, noun=None)
                yield self._add(reading, condition, start + 1)
            return
        owner = self.entity(position)
        if owner is not None and self.at(position + 1).columns:
            noun = self.noun(position + 1, owner)
            if noun is not None:
                yield from self._noun_value(reading, noun, position + 2)
        noun = self.noun(position, reading.focus)
        if noun is not None:
            yield from self._noun_value(reading, noun, position + 1)
        chunk = self.at(position)
        if _is_flag(chunk) and self.has(position - 1, "be", "have", "with", "det", "rel", "and", "noise"):
            yield self._add(reading, self._flag(reading, position), position + 1)
        if not chunk.values:
            return
        follower = self.noun(position + 1, reading.focus)
        if follower is not None:
            condition = replace(self._value(reading, position), noun=follower)
            yield self._add(reading, condition, position + 2)
        if chunk.weak:
            return
        entity = self.entity(position + 1)
        if entity is not None:
            focused = replace(reading, focus=entity)
            after, _ = self._add(focused, self._value(focused, position), position + 2)
            related = Condition(kind="related", text=entity.text, entity=entity)
            yield replace(after, conditions=(*after.conditions, related)), position + 2
        yield self._add(reading, self._value(reading, position), position + 1)

    def _noun_value(self, reading: Reading, noun: Noun, position: int) -> Partial:
        start = self.skip(
            position, "be", "have", "of", "det", "rel", "named", "prep", "either", "both", "verb", "noise"
        )
        operator = self.at(start).data("cmp")
        negated = operator == "<>"
        if operator in ("=", "<>"):
            start = self.skip(start + 1, "det")
        if self.has(start, "not"):
            negated = not negated
            start = self.skip(start + 1, "be", "det")
        chunk = self.at(start)
        if not chunk.values and chunk.literal is None:
            return
        condition = replace(self._value(reading, start), noun=noun, negated=negated)
        after, end = self._add(reading, condition, start + 1)
        following = self.skip(end, "or", "comma")
        while (
            following > end
            and self.has(following - 1, "or", "comma")
            and (self.at(following).values or self.at(following).literal is not None)
        ):
            other = replace(self._value(reading, following), noun=noun, either=True)
            after, end = replace(after, conditions=(*after.conditions, other)), following + 1
            following = self.skip(end, "or", "comma")
        yield after, end

    def _related(self, reading: Reading, position: int) -> Partial:
        entity = self.entity(position)
        if entity is None or self._coordinated(position) or min(name.cost for name in entity.names) >= 2:
            return
        condition = Condition(kind="related", text=entity.text, entity=entity)
        after, _ = self._add(reading, condition, position + 1)
        yield replace(after, focus=entity), position + 1

    def _coordinated(self, position: int) -> bool:
        """ "customers and staff": a second thing listed, not one that the first is related to."""
        back = position - 1
        while self.has(back, "det", "distinct") and not self.has(back, "and"):
            back -= 1
        return self.has(back, "and", "comma")

    def _extra_item(self, reading: Reading, position: int) -> Partial:
        """ "…, and their ages": a further thing to show after the restrictions began."""
        back = position - 1
        while self.has(back, "det", "pron", "distinct", "noise") and not self.has(back, "and"):
            back -= 1
        own = any(self.has(at, "pron") for at in range(back + 1, position))
        if not (self.has(back, "and", "comma") or (own and self.has(back, "with"))):
            return
        told = replace(reading, focus=reading.root if own else None)
        for items, after, following in self._items(told, position):
            if items[0].kind == "label":
                continue
            owner = reading.focus if after.focus is None else None
            kept = _adopt(items, owner) if owner is not None else items
            focus = after.focus or reading.focus
            more = replace(after, items=(*reading.items, *kept), root=reading.root or after.root, focus=focus)
            yield more, following

    def _value(self, reading: Reading, position: int) -> Condition:
        chunk = self.at(position)
        before = self.at(position - 1)
        text = chunk.literal if chunk.literal is not None else chunk.text
        return Condition(kind="value", text=text, focus=reading.focus, values=chunk.values, operand=text,
                         prep=before.text.lower() if before.has("prep", "verb", "by") else "")  # fmt: skip

    def _flag(self, reading: Reading, position: int) -> Condition:
        """A yes-or-no column that is said of something: "active stores"."""
        noun = self.noun(position, reading.focus)
        return Condition(kind="flag", text=self.at(position).text, noun=noun, focus=reading.focus)

    @staticmethod
    def _compare(noun: Noun, operator: str, number: str, reading: Reading, *, negated: bool = False) -> Condition:
        return Condition(kind="compare", text=noun.text, noun=noun, focus=reading.focus, operator=operator,
                         operand=number, negated=negated)  # fmt: skip

    @staticmethod
    def _average(noun: Noun, operator: str, reading: Reading) -> Condition:
        return Condition(kind="average", text=noun.text, noun=noun, focus=reading.focus, operator=operator)


_END = Chunk(text="")


def _asked(reading: Reading) -> Entity | None:
    """What a following sentence speaks of: the thing each row stands for."""
    grouped = [group.entity for group in reading.groups if group.entity is not None]
    return grouped[0] if len(grouped) == 1 else reading.root


def _of(entity: Entity, chunk: Chunk) -> bool:
    """Whether the chunk names a column of the entity's own: "student name"."""
    own = {(name.table.schema, name.table.name) for name in entity.names}
    return any((name.table.schema, name.table.name) in own for name in chunk.columns)


def _is_total(chunk: Chunk) -> bool:
    """"total amount" with a column of that name: its sum, where something is said for each."""
    numeric = all(name.column.kind in ("integer", "number") for name in chunk.columns)
    return numeric and bool(chunk.tokens) and chunk.tokens[0].norm == "total"


def _groupable(chunk: Chunk) -> bool:
    return bool(chunk.columns or chunk.tables) and not chunk.values


def _is_flag(chunk: Chunk) -> bool:
    return bool(chunk.columns) and all(name.column.kind == "boolean" for name in chunk.columns)


def _count(number: str) -> int | None:
    return int(number) if number.isdigit() and 0 < int(number) <= 1000 else None


def _adjective(chunk: Chunk) -> str:
    return " ".join(token.norm for token in chunk.tokens).removeprefix("the ")


def _cheaper(noun: Noun | None, entity: Entity | None) -> bool:
    """Whether the words are closer to a column's name than to a table's."""
    if noun is None or entity is None:
        return noun is not None
    return min(name.cost for name in noun.names) < min(name.cost for name in entity.names)


def _aggregated(reading: Reading) -> bool:
    return any(item.kind in ("count", "aggregate") for item in reading.items)


def _adopt(items: tuple[Item, ...], entity: Entity) -> tuple[Item, ...]:
    """The listed columns were said of `entity`, which came after them."""
    return tuple(
        replace(item, noun=replace(item.noun, focus=entity))
        if item.noun is not None and item.noun.focus is None
        else item
        for item in items
    )


def _repeats(kept: tuple[Item, ...], items: tuple[Item, ...]) -> bool:
    """Whether a second sentence says again all that the first listed."""
    return all(any(item.kind == other.kind and _stem(item) == _stem(other) for other in items) for item in kept)


def _stem(item: Item) -> object:
    return (item.noun.names if item.noun else None, item.entity.names if item.entity else None, item.function)


def _without_repeats(items: tuple[Item, ...]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))
