"""How a question groups and orders, what is the greatest of it, and how many there must be."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import cast

from nl2sql.calendar_spans import Unit
from nl2sql.generation.composer.adjectives import ADJECTIVES
from nl2sql.generation.composer.grammar.cursor import Partial, adjective_of, nearer_column, owns, small_count
from nl2sql.generation.composer.grammar.values import Described, Values
from nl2sql.generation.composer.reading import Function, Grouping, Having, Ordering, Reading
from nl2sql.generation.composer.vocabulary import ColumnName
from nl2sql.generation.composer.words import name_words


class Orders(Values):
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
            if not nearer_column(noun, entity):
                options.reverse()
        unit = self.at(start).data("unit")
        if unit is not None and not (reading.root is not None and owns(reading.root, self.at(start))):
            options.insert(0, Grouping(unit=cast(Unit, unit)))
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
        if self.has(start, "order") or (start > position and self.has(start, "by", "prep", "of")):
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
        """ "top 5 products by quantity sold": the greatest sums, where a product has several rows of them."""
        start = self.skip(position, "det", "pron")
        counted = self.skip(start + 1, "det", "of", "distinct") if self.has(start, "numof") else len(self.chunks)
        for described, said, following in self._described(reading, counted):
            ranked = Ordering(counted=True, entity=described, descending=True)
            yield replace(reading, superlative=ranked, conditions=(*reading.conditions, *said)), following
        for ordering, following in self._order_key(reading, start):
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
            limit = small_count(self.at(start + 1).number)
            start += 2
        elif self.at(start).number and self.has(start + 1, "sup", "most", "recent", "adj"):
            limit = small_count(self.at(start).number)
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
            measures, direction = ADJECTIVES[adjective_of(chunk)]
            if not self.has(start + 1, "than"):
                ranked = Ordering(measures=measures, descending=direction == "max")
                yield replace(reading, superlative=ranked, limit=limit), start + 1
        if chunk.has("recent"):
            ranked = Ordering(measures=("date",), descending=chunk.data("recent") == "max")
            noun = self.noun(start + 1, reading.focus)
            if chunk.tokens[-1].norm == "recently":
                yield replace(reading, superlative=ranked, limit=limit), start + 1
            if noun is not None and all(_is_time(name) for name in noun.names):
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
        if tag == "most" and self.has(named, "rows"):
            yield replace(reading, superlative=Ordering(counted=True, descending=descending), limit=limit), named + 1
        if tag == "most" and entity is not None:
            ranked = Ordering(counted=True, entity=entity, descending=descending)
            yield replace(reading, superlative=ranked, limit=limit, focus=entity), named + 1
        for described, said, following in self._described(reading, named) if tag == "most" else ():
            ranked = Ordering(counted=True, entity=described, descending=descending)
            conditions = (*reading.conditions, *said)
            after = replace(reading, superlative=ranked, limit=limit, focus=described, conditions=conditions)
            yield after, following
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
        if operator is None and not self.has(position - 1, "have", "with", "verb", "noise"):
            return
        entity = self.entity(named)
        if entity is None and self.has(named, "rows"):
            yield replace(reading, having=Having(operator=operator or "=", number=number, entity=None)), named + 1
        things: Iterable[Described] = (
            [(entity, (), named + 1)] if entity is not None else self._described(reading, named)
        )
        for thing, said, following in things:
            having = Having(operator=operator or "=", number=number, entity=thing)
            yield replace(reading, having=having, focus=thing, conditions=(*reading.conditions, *said)), following


def _is_time(name: ColumnName) -> bool:
    """A moment, or a year kept as a number."""
    return name.column.kind in ("date", "timestamp", "time") or (
        name.column.kind == "integer" and name_words(name.column.name)[-1] == "year"
    )
