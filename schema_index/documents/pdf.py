"""PDF as Markdown: the text of its pages in reading order, with larger lines as headings.

Runs in the child process alone, which bounds its memory and time: a PDF is a program of sorts.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.errors import LimitReachedError, PyPdfError

from schema_index.documents.document_text import MAX_TEXT, DocumentText, DocumentUnreadable

MAX_PAGES = 1_000
MAX_HEADING = 150
HEADING_SCALE = 1.15
"""How much larger than the body a heading's letters are: 12 points over 10 count, 10.5 over 10 do not."""

MAX_LEVELS = 3
_NO_TITLE = re.compile(r"^\s*(?:microsoft |untitled|.*\.(?:docx?|odt|html?|tex|indd|dvi|pptx?|rtf)\s*$)", re.IGNORECASE)

NOT_A_PDF = "This is no PDF, or it is damaged: open it, and save it again."
ENCRYPTED = "This PDF is encrypted: give one that opens without a password."
SCANNED = "This PDF holds no text, only pictures of it: have its text recognised (OCR) first."
TOO_MANY_PAGES = f"This PDF has more than {MAX_PAGES:,} pages: split it."
TOO_HEAVY = "This PDF unpacks into more than can be read: split it."
TOO_LONG = f"This document has more than {MAX_TEXT:,} characters: split it."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """`size` is that of most of its letters, in points on the page."""

    text: str
    size: float


def read_pdf(data: bytes) -> DocumentText:
    """Raises DocumentUnreadable."""
    try:
        reader = PdfReader(BytesIO(data))
        # Many PDFs are encrypted with an empty password, which every viewer tries.
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentUnreadable(ENCRYPTED)
        if len(reader.pages) > MAX_PAGES:
            raise DocumentUnreadable(TOO_MANY_PAGES)
        lines = list(_lines(reader))
        title = str(reader.metadata.get("/Title") or "").strip() if reader.metadata else ""
    except LimitReachedError:
        raise DocumentUnreadable(TOO_HEAVY) from None
    except (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OSError):
        # A damaged file breaks the reader in more places than it has errors for.
        raise DocumentUnreadable(NOT_A_PDF) from None
    if not any(line.text for line in lines):
        raise DocumentUnreadable(SCANNED)
    text = "\n".join(_with_headings(lines))
    headings = [line for line in text.split("\n") if line.startswith("# ")]
    found = "" if _NO_TITLE.match(title) else title
    return DocumentText(title=found or (headings[0][2:] if headings else ""), text=text)


def _lines(reader: PdfReader) -> Iterator[_Line]:
    total = 0
    for page in reader.pages:
        for line in _page_lines(page):
            total += len(line.text)
            if total > MAX_TEXT:
                raise DocumentUnreadable(TOO_LONG)
            yield line
        yield _Line(text="", size=0)


def _page_lines(page: Any) -> Iterator[_Line]:
    pieces: list[tuple[str, float]] = []

    def visit(text: str, user: list[float], matrix: list[float], font: object, size: float) -> None:
        pieces.append((text, abs(size * matrix[3] * user[3]) or size))

    page.extract_text(visitor_text=visit)
    parts, sizes = list[str](), Counter[float]()
    for piece, size in pieces:
        for number, part in enumerate(piece.split("\n")):
            if number:
                yield _line(parts, sizes)
                parts, sizes = [], Counter()
            parts.append(part)
            sizes[round(size, 1)] += len(part.strip())
    yield _line(parts, sizes)


def _line(parts: list[str], sizes: "Counter[float]") -> _Line:
    return _Line(text=" ".join("".join(parts).split()), size=max(sizes, key=lambda size: sizes[size], default=0.0))


def _with_headings(lines: list[_Line]) -> Iterator[str]:
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = max(sizes, key=lambda size: (sizes[size], -size))
    larger = sorted({line.size for line in lines if _is_heading(line, body=body)}, reverse=True)
    levels = {size: min(place, MAX_LEVELS) for place, size in enumerate(larger, start=1)}
    for line in lines:
        if _is_heading(line, body=body):
            yield f"\n{'#' * levels[line.size]} {line.text}\n"
        else:
            # What merely looks like a heading is none.
            yield f"\\{line.text}" if line.text.startswith("#") else line.text


def _is_heading(line: _Line, *, body: float) -> bool:
    return (
        line.size > body * HEADING_SCALE
        and len(line.text) <= MAX_HEADING
        and sum(character.isalpha() for character in line.text) >= 2
    )
