"""Looking at the chunks of a question."""

from collections.abc import Iterator
from dataclasses import replace

from nl2sql.generation.composer.mentions import Chunk
from nl2sql.generation.composer.reading import Condition, Entity, Noun, Reading

MAX_STEPS = 6000
"""Tries of a rule that one question may cost."""

Partial = Iterator[tuple[Reading, int]]
"""A reading so far, and where the next chunk stands."""


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

    def noun(self, position: int, focus: Entity | None) -> Noun | None:
        chunk = self.at(position)
        if not chunk.columns and not (chunk.has("full_name") and not chunk.tables):
            return None
        following = self.at(position + 1)
        deed = following.text.lower() if following.has("verb", "dated") else ""
        return Noun(text=chunk.text, names=chunk.columns, focus=focus, deed=deed)

    def owned(self, position: int, owner: Entity) -> Noun | None:
        """A column named right after its table: of no other table."""
        noun = self.noun(position, owner)
        return replace(noun, owned=True) if noun is not None else None

    def entity(self, position: int) -> Entity | None:
        chunk = self.at(position)
        return Entity(text=chunk.text, names=chunk.tables) if chunk.tables else None

    def _add(self, reading: Reading, condition: Condition, position: int) -> tuple[Reading, int]:
        joined = replace(condition, either=reading.either)
        return replace(reading, conditions=(*reading.conditions, joined), either=False), position


def owns(entity: Entity, chunk: Chunk) -> bool:
    """Whether the chunk names a column of the entity's own: "student name"."""
    own = {(name.table.schema, name.table.name) for name in entity.names}
    return any((name.table.schema, name.table.name) in own for name in chunk.columns)


def is_flag(chunk: Chunk) -> bool:
    return bool(chunk.columns) and all(name.column.kind == "boolean" for name in chunk.columns)


def small_count(number: str) -> int | None:
    return int(number) if number.isdigit() and 0 < int(number) <= 1000 else None


def adjective_of(chunk: Chunk) -> str:
    return " ".join(token.norm for token in chunk.tokens).removeprefix("the ")


def nearer_column(noun: Noun | None, entity: Entity | None) -> bool:
    """Whether the words are closer to a column's name than to a table's."""
    if noun is None or entity is None:
        return noun is not None
    return min(name.cost for name in noun.names) < min(name.cost for name in entity.names)
