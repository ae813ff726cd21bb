"""What a question asks to see: columns, counts, aggregates, things by their name."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from nl2sql.generation.composer.adjectives import ADJECTIVES
from nl2sql.generation.composer.grammar.cursor import MAX_STEPS, adjective_of, nearer_column, owns, small_count
from nl2sql.generation.composer.grammar.values import Described, Values
from nl2sql.generation.composer.mentions import Chunk
from nl2sql.generation.composer.reading import Entity, Function, Item, Noun, Ordering, Reading

Items = Iterator[tuple[tuple[Item, ...], Reading, int]]
"""What is shown, the reading so far, and where the next chunk stands."""


class Shown(Values):
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
        for entity, after, following in self._ranked_owner(items, reading, position):
            yield adopt(items, entity), after, following
        for entity, said, following in self._owner(items, reading, position):
            distinct = reading.distinct or any(self.has(at, "distinct") for at in range(position, following))
            focused = replace(reading, root=reading.root or entity, focus=entity, distinct=distinct)
            yield adopt(items, entity), replace(focused, conditions=(*reading.conditions, *said)), following
        yield items, reading, position

    def _ranked_owner(
        self, items: tuple[Item, ...], reading: Reading, position: int
    ) -> Iterator[tuple[Entity, Reading, int]]:
        """ "… of the youngest student", "… of the 3 latest orders"."""
        if not self.has(position, "of", "prep") or any(item.kind != "column" for item in items):
            return
        start = self.skip(position, "of", "prep", "det")
        for ordering, limit, following in self._rank(reading, start):
            entity = self.entity(following)
            if entity is None or owns(entity, self.at(following + 1)):
                continue
            ranked = replace(reading, root=entity, focus=entity, superlative=ordering, limit=limit or 1)
            yield entity, ranked, following + 1

    def _owner(self, items: tuple[Item, ...], reading: Reading, position: int) -> Iterator[Described]:
        """ "… of all singers": the entity that the listed columns belong to. What is counted has none."""
        if not self.has(position, "of", "prep", "each"):
            return
        if any(item.kind in ("count", "label") for item in items):
            return
        measured = any(item.kind == "aggregate" for item in items)
        if measured and self.has(self.skip(position, "of", "prep", "det", "pron"), "each"):
            return
        start = self.skip(position, "of", "prep", "det", "each", "pron", "distinct", "both")
        entity = self.entity(start)
        if entity is not None and not owns(entity, self.at(start + 1)):
            yield entity, (), start + 1
        yield from self._described(reading, start)

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
        if entity is not None and not owns(entity, self.at(start)):
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

    def _counted(self, reading: Reading, start: int, *, distinct: bool) -> Iterator[tuple[Item, Reading, int]]:
        for described, said, following in self._described(reading, start):
            conditions = (*reading.conditions, *said)
            after = replace(reading, root=reading.root or described, focus=described, conditions=conditions)
            yield Item(kind="count", entity=described, distinct=distinct), after, following
        entity, noun = self.entity(start), self.noun(start, reading.focus)
        if entity is not None and self.at(start + 1).columns and (distinct or self.has(start + 1, "")):
            owned = self.noun(start + 1, entity)
            yield Item(kind="count", noun=owned, distinct=True), reading, start + 2
        options: list[tuple[Item, Reading]] = []
        if entity is not None:
            item = Item(kind="count", entity=entity, distinct=distinct)
            options.append((item, replace(reading, root=reading.root or entity, focus=entity)))
        if noun is not None:
            options.append((Item(kind="count", noun=noun, distinct=distinct), reading))
            if distinct:
                options.reverse() if nearer_column(noun, entity) else None
        for item, after in options:
            yield item, after, start + 1

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
        amount = self.at(position)
        if amount.has("numof") and amount.summed and self.entity(position + 1) is not None:
            measure = Noun(text=amount.text, names=amount.summed, focus=self.entity(position + 1), owned=True)
            focused = replace(reading, root=measure.focus, focus=measure.focus)
            yield tuple(Item(kind="aggregate", noun=measure, function=one) for one in functions), focused, position + 2
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
            if noun is not None and ordering is None and (entity is None or nearer_column(noun, entity)):
                yield (Item(kind="column", noun=noun),), replace(reading, limit=limit), position + 1
            if entity is None:
                continue
            after = replace(
                reading, root=entity, focus=entity, superlative=ordering, limit=limit or (1 if ordering else None)
            )
            owned = self.owned(position + 1, entity)
            if owned is not None:
                yield (Item(kind="column", noun=owned),), after, position + 2
            yield (Item(kind="label", entity=entity),), after, position + 1

    def _rank(self, reading: Reading, start: int) -> Iterator[tuple[Ordering | None, int | None, int]]:
        """An adjective in the superlative with its count, and where it ends. No ordering: "top 3", to be said later."""
        position, limit = start, None
        top = self.at(position).data("top")
        if top is not None and self.at(position + 1).number:
            limit = small_count(self.at(position + 1).number)
            position += 2
            if not self.has(position, "adj", "recent", "most"):
                yield None, limit, position
        elif self.at(position).number and self.has(position + 1, "adj", "recent", "sup"):
            limit = small_count(self.at(position).number)
            position += 1
        elif self._counts_things(position):
            yield None, small_count(self.at(position).number), position + 1
            return
        chunk = self.at(position)
        if chunk.has("adj"):
            measures, direction = ADJECTIVES[adjective_of(chunk)]
            yield Ordering(measures=measures, descending=direction == "max"), limit, position + 1
        if chunk.has("recent"):
            yield Ordering(measures=("date",), descending=chunk.data("recent") == "max"), limit, position + 1

    def _of_many(self, position: int) -> bool:
        """ "of orders", "of all completed orders": of more than one, and nothing else is asked of them."""
        if not self.has(position, "of"):
            return False
        start = self.skip(position, "of", "det")
        while self._may_describe(start) and not self.at(start).tables:
            start += 1
        tokens = self.at(start).tokens
        return bool(self.at(start).tables) and tokens[-1].norm != tokens[-1].stem

    def _counts_things(self, position: int) -> bool:
        """ "the 5 products": how many of them, by what is still to be said."""
        chunk, thing = self.at(position), self.at(position + 1)
        plain = bool(chunk.number) and chunk.span is None and not chunk.values
        return plain and small_count(chunk.number) is not None and bool(thing.tables or thing.columns)

    def _named_item(self, reading: Reading, start: int) -> Iterator[tuple[tuple[Item, ...], Reading, int]]:
        chunk = self.at(start)
        for described, said, following in self._described(reading, start):
            after = replace(reading, root=described, focus=described, conditions=(*reading.conditions, *said))
            yield (Item(kind="label", entity=described),), after, following
        if chunk.values and self.has(start + 1, "possessive"):
            noun = self.noun(start + 2, reading.focus)
            if noun is not None:
                said = (*reading.conditions, replace(self._value(reading, start), labelled=True))
                yield (Item(kind="column", noun=noun),), replace(reading, conditions=said), start + 3
        entity, noun = self.entity(start), self.noun(start, reading.focus)
        if entity is not None:
            owned_at = self.skip(start + 1, "possessive")
            owned = self.owned(owned_at, entity)
            if owned is not None:
                after = replace(reading, root=reading.root or entity, focus=entity)
                yield (Item(kind="column", noun=owned),), after, owned_at + 1
        options: list[tuple[Item, Reading]] = []
        if noun is not None and _is_total(chunk) and (self.grouped or self._of_many(start + 1)):
            options.append((Item(kind="aggregate", noun=_summed(noun, chunk), function="sum"), reading))
        elif noun is not None:
            options.append((Item(kind="column", noun=noun), reading))
        if entity is not None:
            label = Item(kind="label", entity=entity)
            options.append((label, replace(reading, root=reading.root or entity, focus=entity)))
            if not nearer_column(noun, entity) or not self.has(start + 1, "of", "and", "comma"):
                options.reverse()
        for item, after in options:
            yield (item,), after, start + 1


def adopt(items: tuple[Item, ...], entity: Entity) -> tuple[Item, ...]:
    """The listed columns were said of `entity`, which came after them."""
    return tuple(
        replace(item, noun=replace(item.noun, focus=entity))
        if item.noun is not None and item.noun.focus is None
        else item
        for item in items
    )


def _summed(noun: Noun, chunk: Chunk) -> Noun:
    """ "total amount" is a column of that name, or the sum of one called amount, wherever that is nearer."""
    known = {(name.table.schema, name.table.name, name.column.name) for name in noun.names}
    others = [name for name in chunk.summed if (name.table.schema, name.table.name, name.column.name) not in known]
    return replace(noun, names=(*noun.names, *others))


def _is_total(chunk: Chunk) -> bool:
    """ "total amount" with a column of that name: its sum, where something is said for each."""
    numeric = all(name.column.kind in ("integer", "number") for name in chunk.columns)
    return numeric and any(token.norm == "total" for token in chunk.tokens[:2])
