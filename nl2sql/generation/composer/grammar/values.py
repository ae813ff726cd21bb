"""Values in a question: stored, quoted, matched by pattern, or a yes-or-no column."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from nl2sql.generation.composer.grammar.cursor import Cursor, Partial, is_flag
from nl2sql.generation.composer.mentions import Chunk
from nl2sql.generation.composer.reading import Condition, Entity, LikeKind, Noun, Reading
from nl2sql.generation.composer.vocabulary import ColumnName, TableName
from nl2sql.generation.composer.words import name_words, singular

Described = Iterator[tuple[Entity, Reading, int]]
"""A thing, the reading with what is said of it, and where the next chunk stands."""

MAX_ADJECTIVES = 2


class Values(Cursor):
    def _value_unit(self, reading: Reading, position: int) -> Partial:
        """A stored or quoted value, with or without the column it belongs to."""
        if self.has(position, "named"):
            start = self.skip(position + 1, "be", "det")
            if self.at(start).values or self.at(start).literal is not None:
                condition = replace(self._value(reading.focus, start), labelled=True)
                yield self._add(reading, condition, start + 1)
            return
        for noun, following in self.nouns(position, reading.focus):
            yield from self._noun_value(reading, noun, following)
        chunk = self.at(position)
        if is_flag(chunk) and self.has(
            position - 1, "be", "have", "with", "det", "rel", "and", "noise", "not", "no", "without"
        ):
            yield self._add(reading, self._flag(reading.focus, position), position + 1)
        if not chunk.values or (chunk.has("dated") and self._moment_follows(position + 1)):
            return
        for noun, following in self.noun_after(position + 1, "as", focus=reading.focus):
            yield self._add(reading, replace(self._value(reading.focus, position), noun=noun), following)
        if chunk.weak and not self._is_state(reading, position):
            return
        entity = self.entity(position + 1)
        if entity is not None:
            focused = replace(reading, focus=entity)
            after, following = self._add(focused, self._value(entity, position), position + 2)
            yield after.where(Condition(kind="related", text=entity.text, entity=entity)), following
        yield self._add(reading, self._value(reading.focus, position), position + 1)

    def _described(self, reading: Reading, position: int) -> Described:
        """ "completed orders", "vegan products": a thing with the values and flags said right before it."""
        chunk = self.at(position)
        things = tuple(TableName(name.key, name.cost) for name in chunk.columns if _ends_with_table(chunk, name))
        if is_flag(chunk) and things:
            owner = Entity(text=chunk.text, names=things)
            yield owner, reading.where(self._flag(owner, position)), position + 1
        for end in range(position + 1, position + MAX_ADJECTIVES + 1):
            if not self._may_describe(end - 1):
                return
            entity = self.entity(end)
            if entity is not None:
                said = (
                    self._flag(entity, at) if is_flag(self.at(at)) else self._value(entity, at)
                    for at in range(position, end)
                )
                yield entity, reading.where(*said), end + 1

    def _may_describe(self, position: int) -> bool:
        chunk = self.at(position)
        return is_flag(chunk) or bool(chunk.values and not chunk.weak)

    def _noun_value(self, reading: Reading, noun: Noun, position: int) -> Partial:
        start = self.skip(
            position, "be", "have", "of", "det", "rel", "named", "prep", "either", "both", "verb", "noise"
        )
        start = next((at for at in range(position, start) if self.at(at).values), start)
        operator = self.at(start).data("cmp")
        negated = operator == "<>"
        if operator in ("=", "<>"):
            start = self.skip(start + 1, "det")
        if self.has(start, "not"):
            negated = not negated
            start = self.skip(start + 1, "be", "det")
        if not self.at(start).values and self.at(start).literal is None:
            return
        condition = replace(self._value(reading.focus, start), noun=noun, negated=negated)
        after, end = self._add(reading, condition, start + 1)
        following = self.skip(end, "or", "comma")
        while following > end and (self.at(following).values or self.at(following).literal is not None):
            after = after.where(replace(self._value(reading.focus, following), noun=noun, either=True))
            end = following + 1
            following = self.skip(end, "or", "comma")
        yield after, end

    def _like(self, reading: Reading, position: int) -> Partial:
        noun, start, negated = self.noun(position, reading.focus), position, False
        if noun is not None:
            start = self.skip(position + 1, "be", "rel", "do", "pron", "verb")
            negated = self.has(start, "not")
            start += negated
        kind = self.at(start).data("starts")
        if kind is None:
            yield from self._within(reading, position)
            return
        kind = "ends" if "end" in self.at(start).text.lower().split(" ")[0] else kind
        end = self.skip(start + 1, "noise") + 1
        chunk = self.at(end - 1)
        text = chunk.literal or (chunk.tokens[0].text if len(chunk.tokens) == 1 else None)
        if text is None or (chunk.has("det") and len(chunk.text) > 1):
            return
        if noun is None:
            named = self.skip(end, "prep", "pron", "det", "of")
            noun = self.noun(named, reading.focus)
            if noun is not None and named > end:
                end = named + 1
            elif not self.has(position - 2, "whose", "with"):
                noun = _only_column(reading)
        if noun is not None:
            condition = Condition(kind="like", text=noun.text, noun=noun, focus=reading.focus,
                                  like=cast(LikeKind, kind), operand=text, negated=negated)  # fmt: skip
            yield self._add(reading, condition, end)

    def _within(self, reading: Reading, position: int) -> Partial:
        """ "have 'Express' in their names"."""
        text = self.at(position).literal
        owner = self.skip(position + 1, "prep")
        if not text or owner == position + 1 or not self.has(owner, "pron"):
            return
        for noun, following in self.noun_after(owner, "pron", focus=reading.focus):
            condition = Condition(kind="like", text=noun.text, noun=noun, focus=reading.focus, operand=text)
            yield self._add(reading, condition, following)

    def _is_state(self, reading: Reading, position: int) -> bool:
        """ "are registered", "were handled": a verb that is a stored value of what is spoken of."""
        chunk, spoken = self.at(position), reading.focus or reading.root
        if (
            not chunk.weak
            or not chunk.has("verb", "dated")
            or not self.has(position - 1, "be", "not")
            or spoken is None
        ):
            return False
        keys = {name.key for name in spoken.names}
        return any((value.schema, value.table) in keys for value in chunk.values)

    def _moment_follows(self, position: int) -> bool:
        """ "closed last week": a deed and its time, whatever state has the same name."""
        moment = self.skip(position, "prep", "after", "between")
        return self.at(moment).span is not None or self.has(position, "recent")

    def _value(self, focus: Entity | None, position: int) -> Condition:
        chunk, before = self.at(position), self.at(position - 1)
        text = chunk.literal if chunk.literal is not None else chunk.text
        return Condition(kind="value", text=text, focus=focus, values=chunk.values, operand=text,
                         prep=before.text.lower() if before.has("prep", "verb", "by") else "")  # fmt: skip

    def _flag(self, focus: Entity | None, position: int) -> Condition:
        """A yes-or-no column that is said of something: "active stores"."""
        return Condition(kind="flag", text=self.at(position).text, noun=self.noun(position, focus), focus=focus)


def _ends_with_table(chunk: Chunk, name: ColumnName) -> bool:
    """ "billing contacts": the flag is_billing_contact of contacts names what it is said of."""
    return singular(name_words(name.key[1])[-1]) == chunk.tokens[-1].stem


def _only_column(reading: Reading) -> Noun | None:
    """ "titles that contain 'ML'": what is listed, where nothing else is."""
    return reading.items[0].noun if len(reading.items) == 1 and reading.items[0].kind == "column" else None
