"""Schema, FAQ and documents as the texts that are embedded. Pure.

The table text leads with what people say (names as words, comments) because a local model reads only 256 tokens.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from schema_index.schema import Column, DatabaseSchema, Table
from schema_index.words import identifier_words

MAX_CHUNK_CHARACTERS = 1_200
"""About 256 WordPiece tokens of English text, which is what all-MiniLM-L6-v2 reads (its model card)."""

OVERLAP_CHARACTERS = 200
"""A sentence or two: what a cut would have parted stays together in one of two neighbours."""

MAX_COMMENT_CHARACTERS = 200
MAX_HEADING_CHARACTERS = 200
MAX_PATH_CHARACTERS = 400
MAX_COLUMNS_CHARACTERS = 6_000
"""No embedder reads as much of one text; a table of a thousand columns is found by its first hundreds."""

MAX_ENUM_SHOWN = 12
MAX_ENUM_CHARACTERS = 30
"""Of an enumerated type, what a question is likely to name."""

MAX_TARGETS = 50
MAX_PARTS = 2_000
"""Of one document: twice what its million characters make when they are not headings alone."""

_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_BOUNDARIES = (("\n\n",), ("\n",), (". ", "! ", "? "), (" ",))
_SENTENCE_START = re.compile(r"(?:[.!?]\s+|\n\s*)(?=\S)")
_WORD_START = re.compile(r"\s+(?=\S)")


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


def faq_chunks(*, key: str, question: str, answer: str) -> Iterator[ChunkText]:
    """The question with its answer; a long answer has several parts, each behind the question."""
    for number, (start, end) in enumerate(overlapping(answer, limit=MAX_CHUNK_CHARACTERS - len(question) - 1)):
        part = f"{key}:{number}" if number else key
        text = f"{question}\n{answer[start:end]}"
        yield ChunkText(kind="faq", object_key=part, title=question, text=text)


def document_chunks(*, key: str, title: str, text: str) -> tuple[ChunkText, ...]:
    """Sections under their headings, cut at paragraphs, sentences or words where they are long.

    Each part carries the path of its headings, and begins with the last sentence or words of the one before.
    What comes after `MAX_PARTS` parts is not indexed.
    """
    return tuple(
        ChunkText(
            kind="document",
            object_key=f"{key}:{number}",
            title=heading,
            text=f"{heading}\n{part}",
        )
        for number, (heading, part) in enumerate(islice(_parts(title, text), MAX_PARTS))
    )


def subject_of(object_key: str) -> UUID:
    """The id of the knowledge entry whose chunk has this key."""
    return UUID(object_key.partition(":")[0])


def cut(text: str, *, limit: int) -> Iterator[str]:
    """`text` in pieces of at most `limit` characters; see `spans`."""
    for start, end in spans(text, limit=limit):
        yield text[start:end]


def spans(text: str, *, limit: int) -> Iterator[tuple[int, int]]:
    """(start, end) of pieces of at most `limit` characters, between which there is white space alone.

    Cut between paragraphs, else lines, sentences, words, else anywhere.
    """
    start, last = _skip_space(text, 0), len(text.rstrip())
    while last - start > limit:
        # One more than fits, so that a boundary right behind the limit is seen.
        window = text[start : start + limit + 1]
        ends = (max(window.rfind(mark) for mark in marks) for marks in _BOUNDARIES)
        place = next((at for at in ends if at >= limit // 2), limit)
        # A sentence keeps its full stop.
        place = min(limit, place + (window[place] in ".!?"))
        yield start, start + len(window[:place].rstrip())
        start = _skip_space(text, start + place)
    if start < last:
        yield start, last


def overlapping(text: str, *, limit: int) -> Iterator[tuple[int, int]]:
    """As `spans`; each piece but the first reaches back over the last sentence or words of the one before."""
    if len(text) <= limit:
        yield from spans(text, limit=limit)
        return
    overlap = min(OVERLAP_CHARACTERS, limit // 4)
    for start, end in spans(text, limit=limit - overlap):
        yield _overlap_start(text, start, overlap=overlap) if start > overlap else start, end


def _overlap_start(text: str, start: int, *, overlap: int) -> int:
    """Where a sentence, or else a word, begins at most `overlap` before `start`; `start` itself where none does."""
    window = text[start - overlap - 1 : start]
    for mark in (_SENTENCE_START, _WORD_START):
        found = mark.search(window)
        if found is not None:
            return start - len(window) + found.end()
    return start


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


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
        for start, end in overlapping(body, limit=MAX_CHUNK_CHARACTERS):
            yield heading, body[start:end]


def _sections(title: str, text: str) -> Iterator[tuple[str, str]]:
    """(path of headings, text below them); a `#` inside a code fence is no heading."""
    path, lines, fence = list[tuple[int, str]](), list[str](), ""
    for line in text.splitlines():
        match = None if fence else _HEADING.match(line)
        fence = _fence_after(line, fence)
        if match is None:
            lines.append(line)
            continue
        if body := "\n".join(lines).strip():
            yield _path(title, path), body
        level, name = len(match.group(1)), match.group(2).strip()[:MAX_HEADING_CHARACTERS]
        path, lines = [*(above for above in path if above[0] < level), (level, name)], []
    if body := "\n".join(lines).strip():
        yield _path(title, path), body


def _fence_after(line: str, fence: str) -> str:
    """The code fence that is open behind `line`, or nothing."""
    found = _FENCE.match(line)
    if found is None:
        return fence
    if not fence:
        return found.group(1)
    return "" if found.group(1).startswith(fence) and not found.group(2).strip() else fence


def _path(title: str, headings: Sequence[tuple[int, str]]) -> str:
    """The title and the headings below it; where that gets long, the title and the last one."""
    names = [name for place, (_, name) in enumerate(headings) if name and (place or name != title)]
    path = " > ".join([title, *names])
    return path if len(path) <= MAX_PATH_CHARACTERS else f"{title} > … > {names[-1]}"
