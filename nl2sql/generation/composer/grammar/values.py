"""Values in a question: stored, quoted, matched by pattern, or a yes-or-no column."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from nl2sql.generation.composer.grammar.cursor import Cursor, Partial, is_flag
from nl2sql.generation.composer.mentions import Chunk
from nl2sql.generation.composer.reading import Condition, Entity, LikeKind, Noun, Reading
from nl2sql.generation.composer.vocabulary import ColumnName, TableName
from nl2sql.generation.composer.words import name_words, singular

Described = tuple[Entity, tuple[Condition, ...], int]
"""A thing, what is said of it, and where the next chunk stands."""

MAX_ADJECTIVES = 2


class Values(Cursor):
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
        if is_flag(chunk) and self.has(
            position - 1, "be", "have", "with", "det", "rel", "and", "noise", "not", "no", "without"
        ):
            yield self._add(reading, self._flag(reading, position), position + 1)
        if not chunk.values or (chunk.has("dated") and self._moment_follows(position + 1)):
            return
        named = self.skip(position + 1, "as")
        follower = self.noun(named, reading.focus)
        if follower is not None:
            condition = replace(self._value(reading, position), noun=follower)
            yield self._add(reading, condition, named + 1)
        if chunk.weak and not self._is_state(reading, position):
            return
        entity = self.entity(position + 1)
        if entity is not None:
            focused = replace(reading, focus=entity)
            after, _ = self._add(focused, self._value(focused, position), position + 2)
            related = Condition(kind="related", text=entity.text, entity=entity)
            yield replace(after, conditions=(*after.conditions, related)), position + 2
        yield self._add(reading, self._value(reading, position), position + 1)

    def _described(self, reading: Reading, position: int) -> Iterator[Described]:
        """ "completed orders", "vegan products": a thing with the values and flags said right before it."""
        chunk = self.at(position)
        things = tuple(TableName(name.table, name.cost) for name in chunk.columns if _ends_with_table(chunk, name))
        if is_flag(chunk) and things:
            owner = Entity(text=chunk.text, names=things)
            yield owner, (self._flag(replace(reading, focus=owner), position),), position + 1
        for count in range(1, MAX_ADJECTIVES + 1):
            entity = self.entity(position + count)
            if not self._may_describe(position + count - 1):
                return
            if entity is not None:
                focused = replace(reading, focus=entity)
                said = [
                    self._flag(focused, at) if is_flag(self.at(at)) else self._value(focused, at)
                    for at in range(position, position + count)
                ]
                yield entity, tuple(said), position + count + 1

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
            yield from self._within(reading, position)
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
            if noun is not None and named > end:
                end = named + 1
            elif not self.has(position - 2, "whose", "with"):
                noun = _only_column(reading)
        if noun is None:
            return
        condition = Condition(kind="like", text=noun.text, noun=noun, focus=reading.focus, like=cast(LikeKind, kind),
                              operand=text, negated=negated)  # fmt: skip
        yield self._add(reading, condition, end)

    def _within(self, reading: Reading, position: int) -> Partial:
        """ "have 'Express' in their names"."""
        text = self.at(position).literal
        owner = self.skip(position + 1, "prep")
        noun = self.noun(self.skip(owner, "pron"), reading.focus)
        if text and noun is not None and owner > position + 1 and self.has(owner, "pron"):
            condition = Condition(kind="like", text=noun.text, noun=noun, focus=reading.focus, operand=text)
            yield self._add(reading, condition, self.skip(owner, "pron") + 1)

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
        keys = {(name.table.schema, name.table.name) for name in spoken.names}
        return any((value.schema, value.table) in keys for value in chunk.values)

    def _moment_follows(self, position: int) -> bool:
        """ "closed last week": a deed and its time, whatever state has the same name."""
        moment = self.skip(position, "prep", "after", "between")
        return self.at(moment).span is not None or self.has(position, "recent")

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


def _ends_with_table(chunk: Chunk, name: ColumnName) -> bool:
    """ "billing contacts": the flag is_billing_contact of contacts names what it is said of."""
    return singular(name_words(name.table.name)[-1]) == chunk.tokens[-1].stem


def _only_column(reading: Reading) -> Noun | None:
    """ "titles that contain 'ML'": what is listed, where nothing else is."""
    return reading.items[0].noun if len(reading.items) == 1 and reading.items[0].kind == "column" else None
