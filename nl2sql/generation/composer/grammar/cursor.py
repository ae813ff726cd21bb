"""Looking at the chunks of a question."""

from collections.abc import Iterator
from dataclasses import replace

from nl2sql.generation.composer.adjectives import ADJECTIVES
from nl2sql.generation.composer.mentions import Chunk
from nl2sql.generation.composer.reading import Condition, Entity, Noun, Ordering, Reading

MAX_STEPS = 6000
"""Tries of a rule that one question may cost."""

Partial = Iterator[tuple[Reading, int]]
"""A reading so far, and where the next chunk stands."""

Found = Iterator[tuple[Noun, int]]
"""At most one column, and where the next chunk stands."""

_END = Chunk(text="")


class Cursor:
    """Chunks by position; beyond either end stands an empty chunk."""

    def __init__(self, chunks: tuple[Chunk, ...]) -> None:
        self.chunks = chunks
        self.steps = 0
        self.grouped = any(
            chunk.has("each", "group_by") or (chunk.has("by") and at > 0 and not chunks[at - 1].has("verb", "order"))
            for at, chunk in enumerate(chunks)
        )

    def at(self, position: int) -> Chunk:
        return self.chunks[position] if 0 <= position < len(self.chunks) else _END

    def has(self, position: int, *tags: str) -> bool:
        return self.at(position).has(*tags)

    def skip(self, position: int, *tags: str) -> int:
        """The first chunk from `position` that is none of these; what compares text is never passed over."""
        while position < len(self.chunks) and self.has(position, *tags) and not self.has(position, "starts"):
            position += 1
        return position

    def any(self, tag: str, start: int, end: int) -> bool:
        return any(self.has(at, tag) for at in range(start, end))

    def noun(self, position: int, focus: Entity | None) -> Noun | None:
        chunk = self.at(position)
        if not chunk.columns and not (chunk.has("full_name") and not chunk.tables):
            return None
        following = self.at(position + 1)
        deed = following.text.lower() if following.has("verb", "dated") else ""
        return Noun(text=chunk.text, names=chunk.columns, focus=focus, deed=deed)

    def noun_after(self, position: int, *passed: str, focus: Entity | None) -> Found:
        """The column named behind what may be passed over."""
        at = self.skip(position, *passed)
        noun = self.noun(at, focus)
        if noun is not None:
            yield noun, at + 1

    def nouns(self, position: int, focus: Entity | None) -> Found:
        """A column with its table before it, or without."""
        owner = self.entity(position)
        if owner is not None and self.at(position + 1).columns:
            yield from self.noun_after(position + 1, focus=owner)
        yield from self.noun_after(position, focus=focus)

    def owned(self, position: int, owner: Entity | None) -> Found:
        """A column named right after its table: of no other table."""
        for noun, following in self.noun_after(position, "possessive", focus=owner) if owner is not None else ():
            yield replace(noun, owned=True), following

    def entity(self, position: int) -> Entity | None:
        chunk = self.at(position)
        return Entity(text=chunk.text, names=chunk.tables) if chunk.tables else None

    def so_many(self, position: int) -> tuple[int | None, int]:
        """ "top 3", or "3" before what ranks them: how many, and where the next chunk stands."""
        if self.has(position, "top") and self.at(position + 1).number:
            return small_count(self.at(position + 1).number), position + 2
        if self.at(position).number and self.has(position + 1, "adj", "recent", "sup", "most"):
            return small_count(self.at(position).number), position + 1
        return None, position

    def _add(self, reading: Reading, condition: Condition, position: int) -> tuple[Reading, int]:
        joined = replace(condition, either=reading.either)
        return replace(reading.where(joined), either=False), position


def owns(entity: Entity, chunk: Chunk) -> bool:
    """Whether the chunk names a column of the entity's own: "student name"."""
    own = {name.key for name in entity.names}
    return any(name.key in own for name in chunk.columns)


def is_flag(chunk: Chunk) -> bool:
    return bool(chunk.columns) and all(name.ref.kind == "boolean" for name in chunk.columns)


def small_count(number: str) -> int | None:
    return int(number) if number.isdigit() and 0 < int(number) <= 1000 else None


def rankings(chunk: Chunk) -> Iterator[Ordering]:
    """By what an adjective in the superlative orders."""
    form = chunk.data("adj")
    if form is not None:
        measures, descending = ADJECTIVES[form]
        yield Ordering(measures=measures, descending=descending)
    if chunk.has("recent"):
        yield Ordering(measures=("date",), descending=chunk.data("recent") == "max")


def nearer_column(noun: Noun | None, entity: Entity | None) -> bool:
    """Whether the words are closer to a column's name than to a table's."""
    if noun is None or entity is None:
        return noun is not None
    return min(name.cost for name in noun.names) < min(name.cost for name in entity.names)
