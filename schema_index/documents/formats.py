"""Every format that documents may have, and which of them a file has. Pure.

A further format is an entry of FORMATS, with a module that reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from schema_index.documents.decode import decode
from schema_index.documents.document_text import DocumentText, DocumentUnreadable
from schema_index.documents.html import read_html
from schema_index.documents.markdown import read_markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """`name` is what requests say, `label` what people read. `is_text` formats may be sent as a text too.

    `read` raises DocumentUnreadable; a hostile file can make it take much memory or time unless it is `in_process`:
    the others are read by a child process. `mark` stands near the beginning of every such file, whatever its name.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    read: Callable[[bytes], DocumentText]
    is_text: bool = True
    in_process: bool = False
    mark: bytes = b""


def _read_pdf(data: bytes) -> DocumentText:
    from schema_index.documents.pdf import read_pdf  # noqa: PLC0415  half a second that the others need not wait

    return read_pdf(data)


MARKDOWN = Format(
    name="markdown",
    label="Markdown",
    suffixes=(".md", ".markdown"),
    read=lambda data: read_markdown(decode(data)),
    in_process=True,
)

FORMATS = (
    MARKDOWN,
    Format(
        name="html",
        label="HTML",
        suffixes=(".htm", ".html", ".xhtml"),
        read=lambda data: read_html(decode(data)),
    ),
    Format(
        name="text",
        label="plain text",
        suffixes=(".txt", ".text"),
        read=lambda data: DocumentText(title="", text=decode(data)),
        in_process=True,
    ),
    # Before its mark, 1,024 bytes may stand (PDF 1.7, implementation note 13).
    Format(name="pdf", label="PDF", suffixes=(".pdf",), read=_read_pdf, is_text=False, mark=b"%PDF-"),
)
BY_NAME = {one.name: one for one in FORMATS}
_BY_SUFFIX = {suffix: one for one in FORMATS for suffix in one.suffixes}
SUFFIXES = frozenset(_BY_SUFFIX)
IN_WORDS = f"{', '.join(one.label for one in FORMATS[:-1])} or {FORMATS[-1].label}"

_MARK_WITHIN = 1_024


def format_of(name: str, data: bytes) -> Format:
    """Raises DocumentUnreadable for a name without a known ending."""
    marked = next((one for one in FORMATS if one.mark and one.mark in data[:_MARK_WITHIN]), None)
    found = marked or _BY_SUFFIX.get(PurePosixPath(name.lower()).suffix)
    if found is None:
        raise DocumentUnreadable(f"Files of this kind are not read: use one of {', '.join(sorted(SUFFIXES))}.")
    return found
