"""A file's bytes → its text. What may be hostile is read by a child process, whose memory and time are bounded."""

import json
import os
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from schema_index.documents.clean import clean_line, clean_text
from schema_index.documents.document_text import MAX_TEXT, MAX_TITLE, DocumentText, DocumentUnreadable
from schema_index.documents.formats import Format, format_of

if TYPE_CHECKING:  # the child of this package runs without Django
    from django.core.files.uploadedfile import UploadedFile

CHILD = Path(__file__).with_name("child.py")

MAX_BYTES = 20_000_000
"""Of one file; a PDF of a thousand pages of text has about five million."""

TOO_LARGE = f"The file has more than {MAX_BYTES:,} bytes: split it."

MAX_SECONDS = 30


def read_document(data: bytes, *, name: str, kind: Format | None = None) -> DocumentText:
    """`name` is the file's name or address; `kind` is its format where that is known otherwise.

    Without a title in the file, its name is the title, which is empty where both are. Raises DocumentUnreadable.
    """
    if len(data) > MAX_BYTES:
        raise DocumentUnreadable(TOO_LARGE)
    form = kind or format_of(name, data)
    found = form.read(data) if form.in_process else _in_child(data, form)
    text = clean_text(found.text)
    if not text:
        raise DocumentUnreadable("The file holds no text.")
    if len(text) > MAX_TEXT:
        raise DocumentUnreadable(f"The document has more than {MAX_TEXT:,} characters: split it.")
    title = clean_line(found.title) or clean_line(PurePosixPath(name).stem)
    return DocumentText(title=title[:MAX_TITLE].rstrip(), text=text)


def read_upload(file: "UploadedFile[bytes]") -> DocumentText:
    """Of a form. One that is too large is not taken into memory. Raises DocumentUnreadable."""
    if (file.size or 0) > MAX_BYTES:
        raise DocumentUnreadable(TOO_LARGE)
    return read_document(file.read(), name=file.name or "")


def _in_child(data: bytes, kind: Format) -> DocumentText:
    environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program; the file goes through standard input
            [sys.executable, "-I", str(CHILD), kind.name],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MAX_SECONDS,
            check=False,
            env=environment,
        )
        reply: dict[str, str] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise DocumentUnreadable(f"The file takes longer than {MAX_SECONDS} seconds to read: split it.") from None
    except ValueError:
        # The child was ended by one of its limits before it could say anything.
        raise DocumentUnreadable("The file takes too much memory or time to read: split it.") from None
    if "error" in reply:
        raise DocumentUnreadable(reply["error"])
    return DocumentText(title=reply["title"], text=reply["text"])
