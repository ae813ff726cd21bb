"""The process that alone reads HTML, PDF and whatever else may be hostile: started by path, with the system's limits.

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
    from schema_index.documents.formats import BY_NAME  # noqa: PLC0415

    try:
        found = BY_NAME[sys.argv[1]].read(sys.stdin.buffer.read())
        reply = {"title": found.title, "text": found.text}
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


if __name__ == "__main__":
    main()
