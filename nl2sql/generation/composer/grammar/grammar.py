"""Sentences: rules tried in the order of their likelihood, with bounded backtracking."""

from collections.abc import Iterator
from dataclasses import replace

from nl2sql.generation.composer.grammar.comparisons import Comparisons
from nl2sql.generation.composer.grammar.cursor import MAX_STEPS, Partial
from nl2sql.generation.composer.grammar.orders import Orders
from nl2sql.generation.composer.grammar.relations import Relations
from nl2sql.generation.composer.grammar.shown import Shown
from nl2sql.generation.composer.mentions import Chunk
from nl2sql.generation.composer.reading import Entity, Item, Reading

SKIPPED = (
    "be", "do", "have", "there", "rel", "verb", "noise", "comma", "and", "pron", "det", "prep", "of", "with", "by",
    "both", "either", "whose", "but", "sorted", "lead", "wh", "possessive", "distinct",
    "dated",
)  # fmt: skip
"""What joins the parts of a sentence and restricts nothing itself; negations and alternatives are not among them."""


class Grammar(Shown, Comparisons, Orders, Relations):
    """`readings` yields the likeliest first."""

    def readings(self) -> Iterator[Reading]:
        for reading, position in self._head(Reading(), 0):
            yield from self._rest(reading, position)

    def _rest(self, reading: Reading, position: int) -> Iterator[Reading]:
        self.steps += 1
        if self.steps > MAX_STEPS:
            return
        if position >= len(self.chunks):
            if _timed(reading):
                yield reading
            return
        if self.has(position, "stop"):
            yield from self._next_sentence(reading, position + 1)
            return
        for after, following in self._unit(reading, position):
            yield from self._rest(after, following)

    def _next_sentence(self, reading: Reading, position: int) -> Iterator[Reading]:
        if self.has(position, "order_head", "sorted"):
            by = self.skip(position, "order_head", "sorted", "det", "pron") + 1
            if self.has(by, "by"):
                for after, following in self._order_keys(reading, by + 1, descending=False):
                    yield from self._rest(after, following)
        start = self.skip(position, "lead", "wh", "be", "who", "noise", "and")
        if start > position or self.at(start).columns or self.has(start, "pron", "numof", "det"):
            asked = replace(reading, items=(), focus=_asked(reading))
            kept = tuple(item for item in reading.items if item.kind != "label")
            for after, following in self._items(asked, start):
                items = after.items if _repeats(kept, after.items) else tuple(dict.fromkeys((*kept, *after.items)))
                yield from self._rest(replace(reading, items=items, listed=True), following)
        yield from self._rest(reading, start)

    def _head(self, reading: Reading, position: int) -> Partial:
        if self.has(position, "each") and position == 0:
            for grouped, following in self._group(reading, position):
                yield from self._head(replace(grouped, each=True), self.skip(following, "comma"))
            return
        start = self.skip(position, "lead", "wh", "be", "who", "noise", "comma", "there")
        if self.has(start, "order_head", "order"):
            yield from self._sorted_head(reading, start)
        if self.has(start, "howmany", "count_lead"):
            yield from self._count_head(reading, self.skip(start, "howmany", "count_lead"))
            return
        yield from self._items(reading, start)
        if self.has(start, "det", "pron"):
            start = self.skip(start, "det", "pron")
            if self.has(start, "lead", "wh"):
                yield from self._head(reading, start)

    def _sorted_head(self, reading: Reading, position: int) -> Partial:
        """ "Sort the names of products by price"; what is sorted is what is listed."""
        yield from self._items(reading, self.skip(position, "order_head", "order", "det"))

    def _count_head(self, reading: Reading, position: int) -> Partial:
        yield from self._counted(reading, self.skip(position, "det", "numof", "of", "pron"))

    def _unit(self, reading: Reading, position: int) -> Partial:
        if self.has(position, "or"):
            yield from self._unit(replace(reading, either=True), self.skip(position, "or", "either"))
            return
        yield from self._both(reading, position)
        if not reading.either:
            if self.has(position, "by") and reading.limit is not None and reading.superlative is None:
                yield from self._ranked_by(reading, position + 1)
            if self.has(position, "each", "group_by"):
                yield from self._group(reading, position)
            if self.has(position, "by") and _aggregated(reading) and not self.has(position - 1, "verb"):
                yield from self._group(reading, position)
            if self.has(position, "order", "direction", "alpha", "sorted"):
                yield from self._order(reading, position)
            yield from self._superlative(reading, position)
            yield from self._having(reading, position)
        yield from self._negation(reading, position)
        yield from self._comparison(reading, position)
        yield from self._time(reading, position)
        yield from self._like(reading, position)
        yield from self._value_unit(reading, position)
        if not reading.either:
            yield from self._related(reading, position)
            yield from self._extra_item(reading, position)
        if self.has(position, "rows") and self.at(position - 1).tables:
            yield reading, position + 1
        if self.has(position, "after") and position > 0 and position + 1 == len(self.chunks):
            yield reading, position + 1
        idle_by = self.has(position, "by") and not self.has(position - 1, "verb") and not self.has(position, "verb")
        if idle_by and _groupable(self.at(self.skip(position + 1, "det"))):
            return
        if self._is_state(reading, position) and not (
            self.has(position, "dated") and self._moment_follows(position + 1)
        ):
            return
        if self.has(position, *SKIPPED) and not self.has(position, "or", "not", "no", "without"):
            chunk = self.at(position)
            verbs = (*reading.verbs, chunk.text) if chunk.has("verb", "dated") else reading.verbs
            distinct = reading.distinct or chunk.has("distinct")
            dated = reading.dated or (chunk.has("dated") and not chunk.has("verb"))
            yield replace(reading, verbs=verbs, distinct=distinct, dated=dated), position + 1

    def _extra_item(self, reading: Reading, position: int) -> Partial:
        """ "…, and their ages": a further thing to show after the restrictions began."""
        back = position - 1
        while self.has(back, "det", "pron", "distinct", "noise") and not self.has(back, "and"):
            back -= 1
        own = self.any("pron", back + 1, position)
        if not (self.has(back, "and", "comma") or (own and self.has(back, "with"))):
            return
        told = replace(reading, items=(), focus=reading.root if own else None)
        for after, following in self._items(told, position):
            if after.items[0].kind == "label":
                continue
            kept = after.adopted(reading.focus) if reading.focus is not None and after.focus is None else after
            items, focus = (*reading.items, *kept.items), after.focus or reading.focus
            yield replace(after, items=items, root=reading.root or after.root, focus=focus), following


def _timed(reading: Reading) -> bool:
    """ "shipped" alone says that a date is there, "shipped last week" which: only the second has a place here."""
    return (
        not reading.dated
        or any(condition.kind == "span" or condition.inner for condition in reading.conditions)
        or any(group.unit is not None for group in reading.groups)
        or any(order.measures == ("date",) for order in reading.orders)
    )


def _asked(reading: Reading) -> Entity | None:
    """What a following sentence speaks of: the thing each row stands for."""
    grouped = [group.entity for group in reading.groups if group.entity is not None]
    return grouped[0] if len(grouped) == 1 else reading.root


def _groupable(chunk: Chunk) -> bool:
    return bool(chunk.columns or chunk.tables) and not chunk.values


def _aggregated(reading: Reading) -> bool:
    return any(item.kind in ("count", "aggregate") for item in reading.items)


def _repeats(kept: tuple[Item, ...], items: tuple[Item, ...]) -> bool:
    """Whether a second sentence says again all that the first listed."""
    return all(any(item.kind == other.kind and _stem(item) == _stem(other) for other in items) for item in kept)


def _stem(item: Item) -> object:
    return (item.noun.names if item.noun else None, item.entity.names if item.entity else None, item.function)
