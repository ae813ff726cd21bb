"""Bytes of a text file as text, whatever encoding they are in. Pure."""

import codecs
import re

from schema_index.documents.document_text import DocumentUnreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 2_048
"""Bytes; the HTML standard has browsers look at 1,024."""

_MAX_CONTROL_SHARE = 0.02
"""Text has next to none; pictures and archives have about a tenth."""


def decode(data: bytes) -> str:
    """By byte order mark, else UTF-8, else what an HTML file declares, else Windows-1252. Raises DocumentUnreadable."""
    text = next(
        (found for encoding in _candidates(data) if (found := _decoded(data, encoding)) is not None),
        None,
    )
    if text is None or _is_binary(text):
        raise DocumentUnreadable("This is no text file, though its name says so.")
    return text


def _candidates(data: bytes) -> list[str]:
    marked = [encoding for mark, encoding in _MARKS if data.startswith(mark)]
    if marked:
        return marked
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    return ["utf-8", *([declared[1].decode()] if declared else []), "cp1252"]


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        # Encodings such as "zip" are no text encodings: the codec says so.
        if not codecs.lookup(encoding)._is_text_encoding:
            return None
        return data.decode(encoding)
    except (LookupError, ValueError):
        return None


def _is_binary(text: str) -> bool:
    if "\0" in text:
        return True
    controls = sum(character < " " and character not in "\t\n\r\f\v" for character in text[:100_000])
    return controls > _MAX_CONTROL_SHARE * min(len(text), 100_000)
