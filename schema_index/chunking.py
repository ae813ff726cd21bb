"""Schema, FAQ and documents as the texts that are embedded. Pure.

The table text leads with what people say (names as words, comments) because a local model reads only 256 tokens.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from schema_index.schema import DatabaseSchema, Table
from schema_index.words import identifier_words

MAX_CHUNK_CHARACTERS = 1_200
"""About 256 WordPiece tokens of English text, which is what all-MiniLM-L6-v2 reads (its model card)."""

MAX_COMMENT_CHARACTERS = 200
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
    return ChunkText(kind="faq", object_key=key, title=question, text=f"{question}\n{answer}"[:MAX_CHUNK_CHARACTERS])


def document_chunks(*, key: str, title: str, text: str) -> tuple[ChunkText, ...]:
    """Sections under their headings, cut at paragraphs where they are long; each part carries the path of headings."""
    return tuple(
        ChunkText(kind="document", object_key=f"{key}:{number}", title=heading, text=f"{heading}\n{part}")
        for number, (heading, part) in enumerate(_parts(title, text))
    )


def _table_text(table: Table) -> str:
    columns = ", ".join(
        identifier_words(column.name) + (f" ({column.comment[:MAX_COMMENT_CHARACTERS]})" if column.comment else "")
        for column in table.columns
    )
    targets = sorted({identifier_words(key.target_table) for key in table.foreign_keys})
    lines = [
        f"{identifier_words(table.name)}. {table.comment[:MAX_COMMENT_CHARACTERS]}".strip(),
        f"columns: {columns}",
        f"refers to: {', '.join(targets)}" if targets else "",
        f"in {identifier_words(table.schema)}",
    ]
    return "\n".join(line for line in lines if line)


def _parts(title: str, text: str) -> Iterator[tuple[str, str]]:
    for heading, body in _sections(title, text):
        for start in range(0, len(body), MAX_CHUNK_CHARACTERS):
            yield heading, body[start : start + MAX_CHUNK_CHARACTERS]


def _sections(title: str, text: str) -> Iterator[tuple[str, str]]:
    heading, lines = title, list[str]()
    for line in text.splitlines():
        match = _HEADING.match(line)
        if match is None:
            lines.append(line)
            continue
        if "\n".join(lines).strip():
            yield heading, "\n".join(lines).strip()
        name = match.group(1).strip()
        heading, lines = (title if name == title else f"{title} > {name}"), []
    if "\n".join(lines).strip():
        yield heading, "\n".join(lines).strip()
