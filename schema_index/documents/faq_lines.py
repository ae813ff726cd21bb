"""FAQ entries as JSON Lines: one object a line with `question`, `answer` and, if wanted, `metadata`. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schema_index.documents.decode import decode
from schema_index.documents.document_text import DocumentUnreadable

SUFFIX = ".jsonl"
MAX_LINES = 10_000
_FIELDS = frozenset({"question", "answer", "metadata"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqLine:
    """`metadata` is not checked yet; None where the line has none."""

    number: int
    question: str
    answer: str
    metadata: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    number: int
    reason: str


def read_faq_lines(data: bytes) -> Iterator[FaqLine | BadLine]:
    """In the order of the file; empty lines are passed over. Raises DocumentUnreadable before the first."""
    lines = decode(data).split("\n")
    if sum(bool(line.strip()) for line in lines) > MAX_LINES:
        raise DocumentUnreadable(f"The file has more than {MAX_LINES:,} lines: split it.")
    return (_line(number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _line(number: int, line: str) -> FaqLine | BadLine:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return BadLine(number=number, reason="it is no JSON")
    if not isinstance(found, dict) or not {"question", "answer"} <= found.keys() <= _FIELDS:
        return BadLine(number=number, reason="give an object with question, answer and, if wanted, metadata")
    question, answer = found["question"], found["answer"]
    if not isinstance(question, str) or not isinstance(answer, str):
        return BadLine(number=number, reason="question and answer are texts")
    return FaqLine(number=number, question=question, answer=answer, metadata=found.get("metadata"))
