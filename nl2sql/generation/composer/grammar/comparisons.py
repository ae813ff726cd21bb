"""Numbers and dates in a question, and what they are compared with."""

from dataclasses import replace

from nl2sql.generation.composer.adjectives import ADJECTIVES
from nl2sql.generation.composer.grammar.cursor import Cursor, Partial
from nl2sql.generation.composer.plan import TEMPORAL
from nl2sql.generation.composer.reading import Condition, Noun, Reading


class Comparisons(Cursor):
    def _comparison(self, reading: Reading, position: int) -> Partial:
        if self.has(position, "adj") and self.has(position + 1, "than"):
            yield from self._adjective_comparison(reading, position)
        for noun, following in self.nouns(position, reading.focus):
            yield from self._compared(reading, noun, following)
        operator = self.at(position).data("cmp")
        if operator is None:
            return
        start = self.skip(position + 1, "det")
        number = self.at(start).number
        if number:
            for noun, following in self.noun_after(start + 1, "of", "prep", focus=reading.focus):
                yield self._add(reading, self._compare(noun, operator, number, reading), following)
            return
        for noun, following in self.noun_after(start, focus=reading.focus):
            amount = self.skip(following, "of")
            if amount > following and self.at(amount).number:
                yield self._add(reading, self._compare(noun, operator, self.at(amount).number, reading), amount + 1)
        if self.at(start).data("agg") == "avg":
            for noun, following in self.noun_after(start + 1, "of", "det", focus=reading.focus):
                yield self._add(reading, self._average(noun, operator, reading), following)

    def _adjective_comparison(self, reading: Reading, position: int) -> Partial:
        measures, descending = ADJECTIVES[self.at(position).data("adj") or ""]
        start = self.skip(position + 2, "det")
        operator = ">" if descending else "<"
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
        chunk, bound = self.at(start), self.at(start + 1).data("cmp_after")
        operator = chunk.data("cmp")
        if operator is None and chunk.number and bound is not None:
            operator = bound
            yield self._add(reading, self._compare(noun, bound, chunk.number, reading), start + 2)
        operator = operator or chunk.data("after")
        if operator is not None:
            value_at = self.skip(start + 1, "det", "pron")
            yield from self._operand(reading, noun, operator, value_at, negated=negated)
        elif chunk.number and not chunk.values:
            yield from self._operand(reading, noun, "=", start, negated=negated)

    def _operand(self, reading: Reading, noun: Noun, operator: str, position: int, *, negated: bool) -> Partial:
        chunk = self.at(position)
        if chunk.span is not None and any(name.ref.kind in TEMPORAL for name in noun.names):
            condition = Condition(kind="span", text=noun.text, noun=noun, focus=reading.focus, span=chunk.span,
                                  operator=operator, negated=negated)  # fmt: skip
            yield self._add(reading, condition, position + 1)
        if chunk.number:
            after, end = self._add(
                reading, self._compare(noun, operator, chunk.number, reading, negated=negated), position + 1
            )
            yield after, end
            second = self.skip(end, "or")
            other = self.at(second).data("cmp")
            if other is not None:
                second += 1
            elif operator == "=":
                other = operator
            number = self.at(second).number
            if self.has(end, "or") and other is not None and number:
                yield after.where(replace(self._compare(noun, other, number, reading), either=True)), second + 1
        if chunk.data("agg") == "avg" and operator in (">", "<", ">=", "<="):
            ends = [at for again, at in self.noun_after(position + 1, "of", "det", focus=reading.focus)
                    if again.names == noun.names]  # fmt: skip
            yield self._add(reading, self._average(noun, operator, reading), (*ends, position + 1)[0])

    def _between(self, reading: Reading, noun: Noun, position: int, *, negated: bool) -> Partial:
        joint = self.skip(position + 1, "and", "prep")
        low, high = self.at(position), self.at(joint)
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
