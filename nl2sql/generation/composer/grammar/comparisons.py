"""Numbers and dates in a question, and what they are compared with."""

from dataclasses import replace

from nl2sql.generation.composer.adjectives import ADJECTIVES
from nl2sql.generation.composer.grammar.cursor import Cursor, Partial, adjective_of
from nl2sql.generation.composer.reading import Condition, Noun, Reading


class Comparisons(Cursor):
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
            measured = self.noun(start, reading.focus)
            amount = self.skip(start + 1, "of")
            if measured is not None and not number and amount > start + 1 and self.at(amount).number:
                yield self._add(reading, self._compare(measured, operator, self.at(amount).number, reading), amount + 1)
            if self.at(start).data("agg") == "avg" and not number:
                follower = self.noun(self.skip(start + 1, "of", "det"), reading.focus)
                if follower is not None:
                    condition = self._average(follower, operator, reading)
                    yield self._add(reading, condition, self.skip(start + 1, "of", "det") + 1)

    def _adjective_comparison(self, reading: Reading, position: int) -> Partial:
        measures, direction = ADJECTIVES[adjective_of(self.at(position))]
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
        grouped = any(group.entity is not None and group.entity == reading.focus for group in reading.groups)
        focus = reading.root if grouped else reading.focus
        if self.has(position, "between"):
            low, joint = self.at(position + 1), self.skip(position + 2, "and", "prep")
            high = self.at(joint)
            if low.span is not None and high.span is not None and joint > position + 2:
                condition = Condition(kind="span", text="", focus=focus, span=low.span, high_span=high.span,
                                      operator="between")  # fmt: skip
                yield self._add(reading, condition, joint + 1)
        moment = chunk.data("after")
        if moment is not None:
            start = self.skip(position + 1, "det")
            if self.at(start).span is not None:
                operator = ">=" if chunk.text.lower() == "since" else moment
                condition = Condition(kind="span", text="", focus=focus, span=self.at(start).span, operator=operator)
                yield self._add(reading, condition, start + 1)
        if chunk.span is not None and (
            self.has(position - 1, "prep", "verb", "or", "noise", "either") or not chunk.number
        ):
            bound = self.at(position + 1).data("cmp_after")
            condition = Condition(kind="span", text="", focus=focus, span=chunk.span, operator=bound or "=")
            yield self._add(reading, condition, position + 1 + (bound is not None))

    @staticmethod
    def _compare(noun: Noun, operator: str, number: str, reading: Reading, *, negated: bool = False) -> Condition:
        return Condition(kind="compare", text=noun.text, noun=noun, focus=reading.focus, operator=operator,
                         operand=number, negated=negated)  # fmt: skip

    @staticmethod
    def _average(noun: Noun, operator: str, reading: Reading) -> Condition:
        return Condition(kind="average", text=noun.text, noun=noun, focus=reading.focus, operator=operator)
