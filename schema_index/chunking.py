"""Schema, FAQ and documents as the texts that are embedded. Pure.

The table text leads with what people say (names as words, comments) because a local model reads only 256 tokens.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from schema_index.schema import Column, DatabaseSchema, Table
from schema_index.words import identifier_words

MAX_CHUNK_CHARACTERS = 1_200
"""About 256 WordPiece tokens of English text, which is what all-MiniLM-L6-v2 reads (its model card)."""

MAX_COMMENT_CHARACTERS = 200
MAX_HEADING_CHARACTERS = 200
MAX_COLUMNS_CHARACTERS = 6_000
"""No embedder reads as much of one text; a table of a thousand columns is found by its first hundreds."""

MAX_ENUM_SHOWN = 12
MAX_ENUM_CHARACTERS = 30
"""Of an enumerated type, what a question is likely to name."""

MAX_TARGETS = 50
MAX_PARTS = 2_000
"""Of one document: twice what its million characters make when they are not headings alone."""

_HEADING = re.compile(r"^#{1,6}\s+(.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkText:
    """`object_key` is unique among chunks of one kind and source."""

    kind: str
    object_key: str
    title: str
    text: str

    @property
    def content_hash(self) -> str:
        return hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()


def schema_chunks(schema: DatabaseSchema) -> tuple[ChunkText, ...]:
    """One chunk a table, in the schema's order."""
    return tuple(
        ChunkText(kind="table", object_key=table.qualified_name, title=table.qualified_name, text=_table_text(table))
        for table in schema.tables
    )


def faq_chunk(*, key: str, question: str, answer: str) -> ChunkText:
    text = next(cut(f"{question}\n{answer}", limit=MAX_CHUNK_CHARACTERS))
    return ChunkText(kind="faq", object_key=key, title=question, text=text)


def document_chunks(*, key: str, title: str, text: str) -> tuple[ChunkText, ...]:
    """Sections under their headings, cut at paragraphs or words where they are long; each part carries its heading.

    What comes after `MAX_PARTS` parts is not indexed.
    """
    return tuple(
        ChunkText(kind="document", object_key=f"{key}:{number}", title=heading, text=f"{heading}\n{part}")
        for number, (heading, part) in enumerate(islice(_parts(title, text), MAX_PARTS))
    )


def cut(text: str, *, limit: int) -> Iterator[str]:
    """`text` in pieces of at most `limit` characters: between paragraphs, else lines, else words, else anywhere."""
    rest = text.strip()
    while len(rest) > limit:
        # One more than fits, so that a boundary right behind the limit is seen.
        window = rest[: limit + 1]
        place = next((at for mark in ("\n\n", "\n", " ") if (at := window.rfind(mark)) >= limit // 2), limit)
        yield rest[:place].rstrip()
        rest = rest[place:].lstrip()
    if rest:
        yield rest


def _table_text(table: Table) -> str:
    columns = ", ".join(_column_text(column) for column in table.columns)
    targets = sorted({identifier_words(key.target_table) for key in table.foreign_keys})[:MAX_TARGETS]
    lines = [
        f"{identifier_words(table.name)}. {table.comment[:MAX_COMMENT_CHARACTERS]}".strip(),
        f"columns: {next(cut(columns, limit=MAX_COLUMNS_CHARACTERS), '')}",
        f"refers to: {', '.join(targets)}" if targets else "",
        f"in {identifier_words(table.schema)}",
    ]
    return "\n".join(line for line in lines if line)


def _column_text(column: Column) -> str:
    values = ", ".join(value[:MAX_ENUM_CHARACTERS] for value in column.enum_values[:MAX_ENUM_SHOWN])
    remark = "; ".join(part for part in (column.comment[:MAX_COMMENT_CHARACTERS], values) if part)
    return identifier_words(column.name) + (f" ({remark})" if remark else "")


def _parts(title: str, text: str) -> Iterator[tuple[str, str]]:
    for heading, body in _sections(title, text):
        for part in cut(body, limit=MAX_CHUNK_CHARACTERS):
            yield heading, part


def _sections(title: str, text: str) -> Iterator[tuple[str, str]]:
    heading, lines = title, list[str]()
    for line in text.splitlines():
        match = _HEADING.match(line)
        if match is None:
            lines.append(line)
            continue
        if "\n".join(lines).strip():
            yield heading, "\n".join(lines).strip()
        name = match.group(1).strip()[:MAX_HEADING_CHARACTERS]
        heading, lines = (title if name == title else f"{title} > {name}"), []
    if "\n".join(lines).strip():
        yield heading, "\n".join(lines).strip()
