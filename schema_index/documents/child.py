"""The process that alone reads HTML and PDF: started by path, under limits of the operating system.

The file comes on standard input, its format as argument; one JSON object goes to standard output: `title` and `text`,
or `error`, a sentence.
"""

import json
import resource
import sys
from pathlib import Path

MAX_MEMORY = 1_536 * 1024 * 1024
"""Bytes of address space; reading a PDF of 20 MB takes about a fifth of it."""

MAX_CPU_S = 30


def main() -> None:
    _limit()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    from schema_index.documents.document_text import DocumentUnreadable  # noqa: PLC0415  needs the path above

    try:
        reply = _read(sys.argv[1], sys.stdin.buffer.read())
    except DocumentUnreadable as error:
        reply = {"error": error.message}
    except (MemoryError, RecursionError):
        reply = {"error": "The file takes too much memory to read: split it."}
    sys.stdout.buffer.write(json.dumps(reply).encode())


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_CPU, MAX_CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _read(kind: str, data: bytes) -> dict[str, str]:
    if kind == "pdf":
        from schema_index.documents.pdf import read_pdf  # noqa: PLC0415  half a second that HTML need not wait

        found = read_pdf(data)
    else:
        from schema_index.documents.decode import decode  # noqa: PLC0415
        from schema_index.documents.html import read_html  # noqa: PLC0415

        found = read_html(decode(data))
    return {"title": found.title, "text": found.text}


if __name__ == "__main__":
    main()
