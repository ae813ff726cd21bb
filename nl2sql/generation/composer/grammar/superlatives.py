"""The greatest, the least, and how many there must be of a thing."""

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from nl2sql.generation.composer.adjectives import ADJECTIVES
from nl2sql.generation.composer.grammar.cursor import (
    Partial,
    adjective_of,
    small_count,
)
from nl2sql.generation.composer.grammar.values import Described, Values
from nl2sql.generation.composer.reading import (
    Function,
    Having,
    Ordering,
    Reading,
)


class Superlatives(Values):
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
        things: Iterable[Described] = [(entity, (), named + 1)] if entity is not None else self._described(reading, named)
        for thing, said, following in things:
            having = Having(operator=operator or "=", number=number, entity=thing)
            yield replace(reading, having=having, focus=thing, conditions=(*reading.conditions, *said)), following
