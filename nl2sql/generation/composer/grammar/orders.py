"""How a question groups and orders, what is the greatest of it, and how many there must be."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from nl2sql.calendar_spans import Unit
from nl2sql.generation.composer.grammar.cursor import Partial, nearer_column, owns, rankings
from nl2sql.generation.composer.grammar.values import Described, Values
from nl2sql.generation.composer.plan import TEMPORAL
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
                for second, end in self._group_key(reading, self.skip(joined, "each", "det")):
                    yield replace(after, groups=(*after.groups, second)), end
            yield after, following
        if (
            start >= len(self.chunks)
            or self.has(start, "stop", "comma", "be", "have")
            or (not by_word and not self.at(start).columns and not self.at(start).tables)
        ):
            yield replace(reading, each=True), start

    def _group_key(self, reading: Reading, start: int) -> Iterator[tuple[Grouping, int]]:
        entity, noun = self.entity(start), self.noun(start, reading.focus)
        for owned, following in self.owned(start + 1, entity):
            yield Grouping(noun=owned), following
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
        keyed = self.skip(start + 1, "of", "by", "prep", "det", "pron", "order")
        if self.has(start, "alpha"):
            noun = self.noun(keyed, reading.focus)
            alphabetical = Ordering(by_output=True, alphabetical=True)
            if keyed > start + 1 and noun is not None:
                yield _ordered(reading, Ordering(noun=noun)), keyed + 1
            elif keyed > start + 1 and self.entity(keyed) is not None:
                yield _ordered(reading, alphabetical), keyed + 1
            yield _ordered(reading, alphabetical), start + 1
        elif direction is not None:
            descending = direction == "desc"
            if keyed > start + 1:
                yield from self._order_keys(reading, keyed, descending=descending)
            if reading.order:
                *earlier, latest = reading.order
                yield replace(reading, order=(*earlier, replace(latest, descending=descending))), start + 1
            else:
                yield _ordered(reading, Ordering(by_output=True, descending=descending)), start + 1
        elif self.has(start, "order") or (start > position and self.has(start, "by", "prep", "of")):
            yield from self._order_keys(reading, start + 1, descending=False)

    def _order_keys(self, reading: Reading, position: int, *, descending: bool) -> Partial:
        start = self.skip(position, "det", "pron", "both", "of", "alpha")
        early = self.at(start).data("direction")
        if early is not None:
            descending = early == "desc"
            start = self.skip(start + 1, "det", "of", "by", "pron")
        for ordering, following in self._order_key(reading, start):
            late_at = self.skip(following, "sorted", "comma")
            late = self.at(late_at).data("direction")
            end = late_at + 1 if self.has(late_at, "direction", "alpha") else following
            final = replace(ordering, descending=late == "desc" if late is not None else descending)
            after = _ordered(reading, final)
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
        yield from self._aggregate(reading, start)
        for owned, following in self.owned(start + 1, self.entity(start)):
            yield Ordering(noun=owned), following
        for noun, following in self.noun_after(start, focus=reading.focus):
            yield Ordering(noun=noun), following

    def _aggregate(self, reading: Reading, start: int) -> Iterator[tuple[Ordering, int]]:
        function = self.at(start).data("agg")
        if function is not None:
            for noun, following in self.noun_after(start + 1, "det", "of", focus=reading.focus):
                yield Ordering(noun=noun, function=cast(Function, function)), following

    def _ranked_by(self, reading: Reading, position: int) -> Partial:
        """ "top 5 products by quantity sold": the greatest sums, where a product has several rows of them."""
        descending = not any(chunk.data("top") == "min" for chunk in self.chunks[:position])
        start = self.skip(position, "det", "pron")
        counted = self.skip(start + 1, "det", "of", "distinct") if self.has(start, "numof") else len(self.chunks)
        for described, after, following in self._described(reading, counted):
            ranked = Ordering(counted=True, entity=described, descending=descending)
            yield replace(after, superlative=ranked), following
        for ordering, following in self._order_key(reading, start):
            ranked = replace(ordering, descending=descending, summed=ordering.noun is not None)
            yield replace(reading, superlative=ranked), following

    def _superlative(self, reading: Reading, position: int) -> Partial:
        if reading.superlative is not None:
            return
        limit, start = self.so_many(self.skip(position, "with", "have", "det", "be"))
        start = self.skip(start, "det")
        several = replace(reading, limit=limit or reading.limit or 1)
        chunk = self.at(start)
        if chunk.has("common"):
            yield (
                replace(several, superlative=Ordering(counted=True, descending=chunk.data("common") == "max")),
                start + 1,
            )
        for tag in ("sup", "most"):
            if chunk.has(tag):
                named = self.skip(start + 1, "det", "of", "distinct", "noise", "pron")
                yield from self._superlative_of(several, tag, named, descending=chunk.data(tag) == "max")
        for ranked in rankings(chunk):
            if ranked.measures != ("date",):
                if not self.has(start + 1, "than"):
                    yield replace(several, superlative=ranked), start + 1
                continue
            if chunk.tokens[-1].norm == "recently":
                yield replace(several, superlative=ranked), start + 1
            for noun, following in self.noun_after(start + 1, focus=reading.focus):
                if all(_is_time(name) for name in noun.names):
                    yield replace(several, superlative=replace(ranked, noun=noun, measures=())), following

    def _superlative_of(self, reading: Reading, tag: str, named: int, *, descending: bool) -> Partial:
        def ranked(ordering: Ordering, after: Reading = reading) -> Reading:
            return replace(after, superlative=replace(ordering, descending=descending))

        if tag == "sup":
            for ordering, following in self._aggregate(reading, named):
                yield ranked(ordering), following
            if self.has(named, "numof"):
                tag, named = "most", self.skip(named + 1, "det", "of", "distinct", "noise", "pron")
        if tag == "most":
            if self.has(named, "rows"):
                yield ranked(Ordering(counted=True)), named + 1
            for thing, after, following in self._things(reading, named):
                yield ranked(Ordering(counted=True, entity=thing), replace(after, focus=thing)), following
        for noun, following in self.noun_after(named, focus=reading.focus):
            yield ranked(Ordering(noun=noun)), following

    def _things(self, reading: Reading, position: int) -> Described:
        """What is counted, with or without what is said of it."""
        entity = self.entity(position)
        if entity is not None:
            yield entity, reading, position + 1
        yield from self._described(reading, position)

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
        if not self.at(named).tables and self.has(named, "rows"):
            yield replace(reading, having=Having(operator=operator or "=", number=number, entity=None)), named + 1
        for thing, told, following in self._things(reading, named):
            having = Having(operator=operator or "=", number=number, entity=thing)
            yield replace(told, having=having, focus=thing), following


def _ordered(reading: Reading, ordering: Ordering) -> Reading:
    return replace(reading, order=(*reading.order, ordering))


def _is_time(name: ColumnName) -> bool:
    """A moment, or a year kept as a number."""
    return name.ref.kind in (*TEMPORAL, "time") or (
        name.ref.kind == "integer" and name_words(name.ref.name)[-1] == "year"
    )
