"""Which format a file has: by its name, by what it is said to be, and by how it begins. Pure."""

from enum import StrEnum
from pathlib import PurePosixPath

from schema_index.documents.document_text import DocumentUnreadable


class Format(StrEnum):
    MARKDOWN = "markdown"
    HTML = "html"
    TEXT = "text"
    PDF = "pdf"


_SUFFIXES = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".htm": Format.HTML,
    ".html": Format.HTML,
    ".xhtml": Format.HTML,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".pdf": Format.PDF,
}
SUFFIXES = frozenset(_SUFFIXES)

_PDF_MARK = b"%PDF-"
_PDF_MARK_WITHIN = 1_024
"""Bytes that may stand before the mark (PDF 1.7, implementation note 13)."""


def format_of(name: str, data: bytes) -> Format:
    """Raises DocumentUnreadable for a name without a known ending."""
    if _PDF_MARK in data[:_PDF_MARK_WITHIN]:
        return Format.PDF
    found = _SUFFIXES.get(PurePosixPath(name.lower()).suffix)
    if found is None:
        raise DocumentUnreadable(f"Files of this kind are not read: use one of {', '.join(sorted(SUFFIXES))}.")
    return found
