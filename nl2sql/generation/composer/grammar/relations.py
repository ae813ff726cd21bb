"""What is related to what is asked for: there, not there, or two of them that must both be so."""

from dataclasses import replace

from nl2sql.generation.composer.grammar.cursor import MAX_STEPS, Partial
from nl2sql.generation.composer.grammar.values import Values
from nl2sql.generation.composer.reading import Condition, Entity, Reading

PART_OF_NAME = 2.0
"""Of a table called by its last words only: enough for what is listed, not for a relation said in passing."""

PASSED = ("det", "be", "have", "verb", "prep", "of", "with", "by", "noise", "distinct", "pron", "there")
"""What may stand between a negation and what it denies."""


class Relations(Values):
    def _unit(self, reading: Reading, position: int) -> Partial:
        """One part of a sentence, by the grammar."""
        raise NotImplementedError

    def _negation(self, reading: Reading, position: int) -> Partial:
        if not self.has(position, "not", "no", "without"):
            return
        start = position + 1
        while self.has(start, *PASSED) and not self.at(start).tables and not self.has(start, "starts"):
            start += 1
        entity, thing = self.entity(start), self.entity(start + 1)
        if entity is not None and not self.at(start + 1).columns:
            yield from self._not_related(reading, entity, start + 1)
        if self.at(start).values and not self.at(start).weak and thing is not None:
            yield from self._not_related(reading, thing, start + 2, self._value(thing, start))
        if self.at(start).values or self.at(start).literal is not None or self.at(start).columns:
            for after, following in (*self._value_unit(reading, start), *self._like(reading, start)):
                *earlier, latest = after.conditions
                negated = replace(latest, negated=not latest.negated)
                yield replace(after, conditions=(*earlier, negated)), following

    def _not_related(self, reading: Reading, entity: Entity, position: int, *inner: Condition) -> Partial:
        """Everything said after the absent thing is said of it: "without orders in 2024"."""
        inside = Reading(root=entity, focus=entity, items=reading.items, conditions=inner)
        for after, following in self._inside(inside, position):
            condition = Condition(kind="related", text=entity.text, entity=entity, negated=True, inner=after.conditions)
            yield self._add(replace(reading, verbs=(*reading.verbs, *after.verbs)), condition, following)

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

    def _related(self, reading: Reading, position: int) -> Partial:
        entity = self.entity(position)
        if (
            entity is None
            or self._universal(position)
            or self._coordinated(position)
            or min(name.cost for name in entity.names) >= PART_OF_NAME
        ):
            return
        condition = Condition(kind="related", text=entity.text, entity=entity)
        after, _ = self._add(reading, condition, position + 1)
        yield replace(after, focus=entity), position + 1

    def _both(self, reading: Reading, position: int) -> Partial:
        """ "in both 2010 and 2011", "order status both 'On Road' and 'Shipped'", "have both a cat and a dog"."""
        noun = self.noun(position, reading.focus)
        start = self.skip(position + 1, "be", "of", "prep") if noun is not None else position
        if not self.has(start, "both") or reading.both:
            return
        inside = Reading(root=reading.root, focus=reading.focus, items=reading.items)
        for first, middle in self._first_part(inside, start + 1):
            for second, end in (*self._other_number(first, middle), *self._inside(*self._again(first, inside, middle))):
                parts = tuple(
                    tuple(replace(one, noun=one.noun or noun) for one in part.conditions) for part in (first, second)
                )
                if all(parts):
                    yield replace(reading, both=parts, verbs=(*reading.verbs, *first.verbs, *second.verbs)), end

    def _first_part(self, inside: Reading, position: int) -> Partial:
        self.steps += 1
        if self.steps > MAX_STEPS or position >= len(self.chunks) or self.has(position, "stop"):
            return
        if self.has(position, "and") and inside.conditions:
            yield inside, position + 1
        for after, following in self._unit(inside, position):
            if after.items == inside.items and not after.both:
                yield from self._first_part(after, following)

    def _again(self, first: Reading, inside: Reading, position: int) -> tuple[Reading, int]:
        """ "both companies in banking and companies in oil": the thing is named again, and not listed besides."""
        start = self.skip(position, "det", "pron")
        entity = self.entity(start)
        related = [one.entity for one in first.conditions if one.kind == "related"]
        if entity is None or not any(one is not None and one.names == entity.names for one in related):
            return inside, position
        said = Condition(kind="related", text=entity.text, entity=entity)
        return replace(inside, focus=entity, conditions=(said,)), start + 1

    def _other_number(self, first: Reading, position: int) -> Partial:
        """ "both 2010 and 2011": what was said of the first is said of the second."""
        (*earlier, latest) = first.conditions
        chunk = self.at(self.skip(position, "prep", "det"))
        if chunk.number and latest.kind in ("compare", "span"):
            other = replace(latest, operand=chunk.number, span=chunk.span)
            yield replace(first, conditions=(*earlier, other)), self.skip(position, "prep", "det") + 1

    def _universal(self, position: int) -> bool:
        """ "who take all courses" asks for every one of them, not for some."""
        words = self.at(position - 1).text.lower().split(" ")
        passive = self.at(position - 2).text.lower().endswith(" by")
        return (
            words[0] in ("all", "every", "each") and not passive and not self.has(position - 2, "prep", "of", "comma")
        )

    def _coordinated(self, position: int) -> bool:
        """ "customers and staff": a second thing listed, not one that the first is related to."""
        back = position - 1
        while self.has(back, "det", "distinct", "wh") and not self.has(back, "and"):
            back -= 1
        return self.has(back, "and", "comma")
