"""Stores judged questions of a source, from a file or one by one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from schema_index.json_lines import LinesInvalid, read_lines
from schema_index.models import DataSource, JudgedQuestion
from tenants import audit
from tenants.context import current_tenant_id

MAX_LINES = 20_000
MAX_LINE_BYTES = 64 * 1024
"""A question and fifty table names take a tenth of it."""

FIELDS = frozenset({"question", "tables", "origin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`tables` are `schema.table`; none where nothing in the source answers the question."""

    question: str
    tables: tuple[str, ...]
    origin: str


def parse(lines: Iterable[bytes], *, origin: str) -> tuple[Judged, ...]:
    """One JSON object a line: `question`, `tables`, and `origin` where it differs. Pure.

    Of a question that comes twice, the last line counts. Raises LinesInvalid.
    """
    judged = read_lines(
        lines,
        read=lambda given, _: _judged(given, origin=origin),
        max_lines=MAX_LINES,
        max_line_bytes=MAX_LINE_BYTES,
    )
    return tuple({one.question: one for one in judged}.values())


def save_all(judged: Sequence[Judged], *, source: DataSource, actor: str) -> int:
    """Add or replace; returns how many are new. Needs an open scope. Raises LinesInvalid."""
    tenant_id = current_tenant_id()
    rows = [
        JudgedQuestion(
            tenant_id=tenant_id, source=source, question=one.question, tables=list(one.tables), origin=one.origin
        )
        for one in judged
    ]
    _check(rows)
    questions = {row.question for row in rows}
    stored = JudgedQuestion.objects.filter(source_id=source.id).values_list("id", "question")
    replaced = [row_id for row_id, question in stored if question in questions]
    JudgedQuestion.objects.filter(id__in=replaced).delete()
    JudgedQuestion.objects.bulk_create(rows, batch_size=500)
    audit.record("judged_questions.saved", actor=actor, subject=source.slug, count=len(rows))
    return len(rows) - len(replaced)


def _judged(given: Mapping[str, Any], *, origin: str) -> Judged:
    if not isinstance(given.get("question"), str):
        raise ValueError('has no "question" that is text')
    if unknown := sorted(given.keys() - FIELDS):
        raise ValueError(f"has unknown fields: {', '.join(unknown)[:200]}")
    tables = given.get("tables")
    if not isinstance(tables, list) or not all(isinstance(name, str) for name in tables):
        raise ValueError('needs "tables", a list of "schema.table"')
    if not isinstance(given.get("origin", ""), str):
        raise ValueError('has an "origin" that is no text')
    return Judged(
        question=given["question"].strip(),
        tables=tuple(dict.fromkeys(tables)),
        origin=given.get("origin") or origin,
    )


def _check(rows: Sequence[JudgedQuestion]) -> None:
    """Every field of each row against the model's own limits."""
    for row in rows:
        try:
            row.clean_fields(exclude=["tenant", "source"])
            row.clean()
        except ValidationError as error:
            wrong = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in sorted(error.message_dict.items()))
            raise LinesInvalid(f'No line was taken: question "{row.question[:60]}": {wrong}') from None
