"""What a question asks to see: columns, counts, aggregates, things by their name."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from nl2sql.generation.composer.grammar.cursor import MAX_STEPS, Partial, nearer_column, owns, rankings, small_count
from nl2sql.generation.composer.grammar.values import Described, Values
from nl2sql.generation.composer.mentions import Chunk
from nl2sql.generation.composer.plan import NUMERIC
from nl2sql.generation.composer.reading import Function, Item, Noun, Ordering, Reading


class Shown(Values):
    def _items(self, reading: Reading, position: int) -> Partial:
        for after, following in self._item(reading, position):
            yield from self._more_items(after, following)

    def _more_items(self, reading: Reading, position: int) -> Partial:
        self.steps += 1
        if self.steps > MAX_STEPS:
            return
        start = self.skip(position, "comma", "and", "both")
        if start > position:
            yield from self._items(reading, start)
        yield from self._ranked_owner(reading, position)
        for entity, after, following in self._owner(reading, position):
            distinct = reading.distinct or self.any("distinct", position, following)
            yield replace(after.adopted(entity).about(entity), distinct=distinct), following
        yield reading, position

    def _ranked_owner(self, reading: Reading, position: int) -> Partial:
        """ "… of the youngest student", "… of the 3 latest orders"."""
        if not self.has(position, "of", "prep") or any(item.kind != "column" for item in reading.items):
            return
        for ordering, limit, following in self._rank(self.skip(position, "of", "prep", "det")):
            entity = self.entity(following)
            if entity is not None and not owns(entity, self.at(following + 1)):
                adopted = reading.adopted(entity)
                ranked = replace(adopted, root=entity, focus=entity, superlative=ordering, limit=limit or 1)
                yield ranked, following + 1

    def _owner(self, reading: Reading, position: int) -> Described:
        """ "… of all singers": the entity that the listed columns belong to. What is counted has none."""
        if not self.has(position, "of", "prep", "each") or any(
            item.kind in ("count", "label") for item in reading.items
        ):
            return
        measured = any(item.kind == "aggregate" for item in reading.items)
        if measured and self.has(self.skip(position, "of", "prep", "det", "pron"), "each"):
            return
        start = self.skip(position, "of", "prep", "det", "each", "pron", "distinct", "both")
        entity = self.entity(start)
        if entity is not None and not owns(entity, self.at(start + 1)):
            yield entity, reading, start + 1
        yield from self._described(reading, start)

    def _item(self, reading: Reading, position: int) -> Partial:
        start = self.skip(position, "det", "pron", "distinct", "both", "noise", "either", "lead", "each")
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
        marked = replace(reading, distinct=reading.distinct or self.any("distinct", position, start))
        yield from self._named_item(marked, start)
        if start > position:
            yield from self._named_item(marked, position)

    def _info(self, reading: Reading, start: int) -> Partial:
        if not self.has(start, "info"):
            return
        position = self.skip(start + 1, "star_of", "of", "prep", "det", "each")
        entity = self.entity(position)
        if entity is not None and not owns(entity, self.at(start)):
            shown = reading.showing(Item(kind="everything", entity=entity))
            yield replace(shown, root=entity, focus=entity), position + 1

    def _number_of(self, reading: Reading, position: int) -> Partial:
        yield from self._counted(reading, position + 1)

    def _counted(self, reading: Reading, position: int) -> Partial:
        start = self.skip(position, "det", "distinct", "pron")
        distinct = self.any("distinct", position, start)
        for described, after, following in self._described(reading, start):
            item = Item(kind="count", entity=described, distinct=distinct)
            yield after.about(described).showing(item), following
        entity, noun = self.entity(start), self.noun(start, reading.focus)
        if entity is not None and self.at(start + 1).columns and distinct:
            for owned, following in self.noun_after(start + 1, focus=entity):
                yield reading.showing(Item(kind="count", noun=owned, distinct=True)), following
        options: list[Reading] = []
        if entity is not None:
            options.append(reading.about(entity).showing(Item(kind="count", entity=entity, distinct=distinct)))
        if noun is not None:
            options.append(reading.showing(Item(kind="count", noun=noun, distinct=distinct)))
            if distinct and nearer_column(noun, entity):
                options.reverse()
        for after in options:
            yield after, start + 1

    def _aggregates(self, reading: Reading, start: int) -> Partial:
        functions: list[Function] = []
        position = start
        while (data := self.at(position).data("agg") or self.at(position).data("sup")) is not None:
            functions.append(cast(Function, data))
            position += 1
            following = self.skip(position, "comma", "and", "det")
            if self.has(following, "agg", "sup"):
                position = following

        def measured(noun: Noun) -> list[Item]:
            return [Item(kind="aggregate", noun=noun, function=function) for function in functions]

        amount, thing = self.at(position), self.entity(position + 1)
        if amount.has("numof") and amount.summed and thing is not None:
            measure = Noun(text=amount.text, names=amount.summed, focus=thing, owned=True)
            yield replace(reading.showing(*measured(measure)), root=thing, focus=thing), position + 2
        position = self.skip(position, "det", "of", "pron", "numof")
        owner = self.entity(position) if self.at(position + 1).columns and not self.at(position).columns else None
        focus = owner or reading.focus
        for noun, end in self.noun_after(position + (owner is not None), focus=focus):
            shown = reading.showing(*measured(noun))
            yield shown, end
            shared = self.skip(end, "comma", "and")
            for more, following in self.noun_after(shared, focus=focus) if shared > end and len(functions) == 1 else ():
                if all(name.ref.kind in NUMERIC for name in more.names):
                    yield shown.showing(*measured(more)), following

    def _most_common(self, reading: Reading, start: int) -> Partial:
        ranked = Ordering(counted=True, descending=self.at(start).data("common") == "max")
        for noun, following in self.noun_after(start + 1, focus=reading.focus):
            yield replace(reading.showing(Item(kind="column", noun=noun)), superlative=ranked), following

    def _ranked_entity(self, reading: Reading, start: int) -> Partial:
        """ "the 3 oldest singers", "the top 5 products"."""
        for ordering, limit, position in self._rank(start):
            entity, noun = self.entity(position), self.noun(position, reading.focus)
            if noun is not None and ordering is None and nearer_column(noun, entity):
                yield replace(reading.showing(Item(kind="column", noun=noun)), limit=limit), position + 1
            if entity is None:
                continue
            several = limit or (1 if ordering else None)
            after = replace(reading, root=entity, focus=entity, superlative=ordering, limit=several)
            for owned, following in self.owned(position + 1, entity):
                yield after.showing(Item(kind="column", noun=owned)), following
            yield after.showing(Item(kind="label", entity=entity)), position + 1

    def _rank(self, start: int) -> Iterator[tuple[Ordering | None, int | None, int]]:
        """An adjective in the superlative with its count, and where it ends. No ordering: "top 3", to be said later."""
        limit, position = self.so_many(start)
        if position == start and self._counts_things(start):
            yield None, small_count(self.at(start).number), start + 1
            return
        if position > start and self.has(start, "top") and not self.has(position, "adj", "recent", "most"):
            yield None, limit, position
        for ordering in rankings(self.at(position)):
            yield ordering, limit, position + 1

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

    def _named_item(self, reading: Reading, start: int) -> Partial:
        chunk = self.at(start)
        for described, after, following in self._described(reading, start):
            labelled = after.showing(Item(kind="label", entity=described))
            yield replace(labelled, root=described, focus=described), following
        if chunk.values and self.has(start + 1, "possessive"):
            said = reading.where(replace(self._value(reading.focus, start), labelled=True))
            for owned, following in self.noun_after(start + 2, focus=reading.focus):
                yield said.showing(Item(kind="column", noun=owned)), following
        entity, noun = self.entity(start), self.noun(start, reading.focus)
        if entity is not None:
            for owned, following in self.owned(start + 1, entity):
                yield reading.about(entity).showing(Item(kind="column", noun=owned)), following
        options: list[Reading] = []
        if noun is not None and _is_total(chunk) and (self.grouped or self._of_many(start + 1)):
            options.append(reading.showing(Item(kind="aggregate", noun=_summed(noun, chunk), function="sum")))
        elif noun is not None:
            options.append(reading.showing(Item(kind="column", noun=noun)))
        if entity is not None:
            options.append(reading.about(entity).showing(Item(kind="label", entity=entity)))
            if not nearer_column(noun, entity) or not self.has(start + 1, "of", "and", "comma"):
                options.reverse()
        for after in options:
            yield after, start + 1


def _summed(noun: Noun, chunk: Chunk) -> Noun:
    """ "total amount" is a column of that name, or the sum of one called amount, wherever that is nearer."""
    known = {name.ref for name in noun.names}
    others = [name for name in chunk.summed if name.ref not in known]
    return replace(noun, names=(*noun.names, *others))


def _is_total(chunk: Chunk) -> bool:
    """ "total amount" with a column of that name: its sum, where something is said for each."""
    numeric = all(name.ref.kind in NUMERIC for name in chunk.columns)
    return numeric and any(token.norm == "total" for token in chunk.tokens[:2])
